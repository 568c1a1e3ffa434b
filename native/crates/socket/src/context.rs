//! Whether a call should still be worked on.

use pitcrew_contract::envelope::{ErrorCode, WireError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Why a call should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The client sent a cancel.
    Cancelled,
    /// The client's deadline passed.
    DeadlineExceeded,
    /// The client is gone and nobody waits for the answer. Work that is durable may go on.
    Disconnected,
}

/// Handed to each call; clones share one state.
#[derive(Debug, Clone)]
pub struct CallContext {
    deadline: Option<Instant>,
    state: Arc<(Mutex<Option<Stop>>, Condvar)>,
}

impl CallContext {
    /// A context with so much time; without a limit for `None`.
    pub fn new(limit: Option<Duration>) -> Self {
        CallContext {
            deadline: limit.and_then(|limit| Instant::now().checked_add(limit)),
            state: Arc::default(),
        }
    }

    /// Why to stop, if one should.
    pub fn stop(&self) -> Option<Stop> {
        self.effective(*self.lock())
    }

    /// Time left; `None` without a deadline.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Sleeps, but wakes at once when the call should stop, and says why.
    pub fn sleep(&self, duration: Duration) -> Option<Stop> {
        let until = Instant::now() + duration;
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if let Some(stop) = self.effective(*state) {
                return Some(stop);
            }
            if now >= until {
                return None;
            }
            let end = self.deadline.map_or(until, |deadline| deadline.min(until));
            state = self
                .state
                .1
                .wait_timeout(state, end.saturating_duration_since(now))
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
    }

    /// Ends with the fitting error when the call should stop.
    ///
    /// # Errors
    /// `cancelled` or `deadline_exceeded`.
    pub fn check(&self) -> Result<(), WireError> {
        match self.stop() {
            None => Ok(()),
            Some(Stop::DeadlineExceeded) => {
                Err(WireError::new(ErrorCode::DeadlineExceeded, "the deadline passed"))
            }
            Some(Stop::Cancelled | Stop::Disconnected) => {
                Err(WireError::new(ErrorCode::Cancelled, "the client cancelled"))
            }
        }
    }

    /// Tells the call to stop; the first reason stays, but a cancel outranks a lost connection.
    pub fn request_stop(&self, why: Stop) {
        let mut state = self.lock();
        if matches!(*state, None | Some(Stop::Disconnected)) {
            *state = Some(why);
        }
        self.state.1.notify_all();
    }

    fn effective(&self, requested: Option<Stop>) -> Option<Stop> {
        match requested {
            None | Some(Stop::Disconnected)
                if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) =>
            {
                Some(Stop::DeadlineExceeded)
            }
            other => other,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Stop>> {
        self.state.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_wakes_a_sleeper() {
        let context = CallContext::new(None);
        let sleeper = context.clone();
        let thread = std::thread::spawn(move || sleeper.sleep(Duration::from_secs(600)));
        context.request_stop(Stop::Cancelled);
        assert_eq!(thread.join().unwrap(), Some(Stop::Cancelled));
        assert_eq!(context.check().unwrap_err().code, ErrorCode::Cancelled);
    }

    #[test]
    fn a_deadline_ends_a_sleep() {
        let context = CallContext::new(Some(Duration::from_millis(5)));
        assert_eq!(context.sleep(Duration::from_secs(600)), Some(Stop::DeadlineExceeded));
        assert_eq!(context.remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn a_cancel_outranks_a_lost_connection() {
        let context = CallContext::new(None);
        context.request_stop(Stop::Disconnected);
        context.request_stop(Stop::Cancelled);
        context.request_stop(Stop::Disconnected);
        assert_eq!(context.stop(), Some(Stop::Cancelled));
    }
}
