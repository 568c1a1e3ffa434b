//! Who is ending which process, so that an order and the reflex never work on the same one.

use pitcrew_ranking::Identity;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The processes that are being ended.
#[derive(Clone, Default)]
pub(crate) struct Claims(Arc<Mutex<HashSet<Identity>>>);

/// The right to end a process, given back when dropped.
pub(crate) struct Claim {
    claims: Claims,
    id: Identity,
}

impl Claims {
    /// Takes the right; `None` when somebody else has it.
    pub fn claim(&self, id: Identity) -> Option<Claim> {
        self.lock().insert(id).then(|| Claim { claims: self.clone(), id })
    }

    /// Pids that are being ended.
    pub fn pids(&self) -> Vec<i32> {
        self.lock().iter().map(|id| id.pid).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Identity>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.lock().remove(&self.id);
    }
}
