//! Who waits for an order: the call that carries it out, and those that sent it again meanwhile.

use pitcrew_socket::{CallContext, Stop};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The callers of one order. A cancel by any of them counts for the order; a lost connection only
/// when nobody else waits.
#[derive(Clone, Default)]
pub(crate) struct Callers(Arc<Mutex<Vec<CallContext>>>);

impl Callers {
    /// With a first caller.
    pub fn of(first: &CallContext) -> Self {
        Callers(Arc::new(Mutex::new(vec![first.clone()])))
    }

    /// One more waits.
    pub fn join(&self, caller: &CallContext) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(caller.clone());
    }

    /// Why to stop, if one should.
    pub fn stop(&self) -> Option<Stop> {
        let callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<Option<Stop>> = callers.iter().map(CallContext::stop).collect();
        let has = |stop: Option<Stop>| all.contains(&stop);
        match () {
            () if has(Some(Stop::Cancelled)) => Some(Stop::Cancelled),
            () if has(None) => None,
            () if has(Some(Stop::DeadlineExceeded)) => Some(Stop::DeadlineExceeded),
            () => Some(Stop::Disconnected),
        }
    }
}

/// The callers of every order that is being carried out, by key.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<HashMap<String, Callers>>);

impl Waiting {
    /// An order is being carried out from now on, asked for by `first`.
    pub fn begin(&self, key: &str, first: &CallContext) -> Callers {
        let callers = Callers::of(first);
        self.lock().insert(key.to_owned(), callers.clone());
        callers
    }

    /// It no longer is.
    pub fn end(&self, key: &str) {
        self.lock().remove(key);
    }

    /// Adds a caller; `false` when the order is not being carried out (yet, or any more).
    pub fn join(&self, key: &str, caller: &CallContext) -> bool {
        let callers = self.lock().get(key).cloned();
        callers.inspect(|callers| callers.join(caller)).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Callers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
