//! One order at a time per scope, and per scopes that overlap.

use pitcrew_cgroup::Scope;
use pitcrew_contract::envelope::WireError;
use pitcrew_socket::CallContext;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often a waiting order looks again.
const LOOK: Duration = Duration::from_millis(20);

/// The scopes in which orders are being carried out.
#[derive(Clone, Default)]
pub(crate) struct ScopeLocks(Arc<Mutex<Vec<Scope>>>);

/// A scope for oneself, given back when dropped.
pub(crate) struct ScopeLock {
    locks: ScopeLocks,
    scope: Scope,
}

impl ScopeLocks {
    /// Waits until no overlapping scope is in use.
    ///
    /// # Errors
    /// When the call should stop while waiting.
    pub fn take(&self, scope: &Scope, context: &CallContext) -> Result<ScopeLock, WireError> {
        loop {
            {
                let mut taken = self.lock();
                if !taken.iter().any(|other| overlap(other, scope)) {
                    taken.push(scope.clone());
                    return Ok(ScopeLock { locks: self.clone(), scope: scope.clone() });
                }
            }
            context.check()?;
            context.sleep(LOOK);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Scope>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ScopeLock {
    fn drop(&mut self) {
        let mut taken = self.locks.lock();
        if let Some(at) = taken.iter().position(|scope| *scope == self.scope) {
            taken.swap_remove(at);
        }
    }
}

/// Whether a process could be in both.
pub(crate) fn overlap(a: &Scope, b: &Scope) -> bool {
    match (a, b) {
        (Scope::Cgroup(a), Scope::Cgroup(b)) => a.contains(b) || b.contains(a),
        _ => true,
    }
}
