//! What all parts of a running guard share.

use crate::callers::Waiting;
use crate::claims::Claims;
use crate::record::Record;
use crate::scope_locks::ScopeLocks;
use pitcrew_cgroup::Scope;
use pitcrew_contract::guard::{Assessment, Mode};
use pitcrew_contract::time;
use pitcrew_policy::Policy;
use pitcrew_ranking::Machine;
use pitcrew_socket::Events;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A running guard.
pub struct Guard {
    /// The machine it guards.
    pub machine: Machine,
    /// The node's policy.
    pub policy: Policy,
    /// Where that came from.
    pub policy_path: Option<PathBuf>,
    /// Whether the reflex may act.
    pub mode: Mode,
    /// What the reflex watches.
    pub watched: Scope,
    pub(crate) record: Record,
    pub(crate) scopes: ScopeLocks,
    pub(crate) claims: Claims,
    pub(crate) waiting: Waiting,
    pub(crate) events: Events,
    pub(crate) started_at: String,
    newest: Mutex<Assessment>,
}

/// Events kept for slow readers: an intervention with its plan may have 60 KiB.
const EVENTS: (usize, usize) = (64, 256 * 1024);

impl Guard {
    pub(crate) fn new(
        machine: Machine,
        policy: (Policy, Option<PathBuf>),
        mode: Mode,
        watched: (Scope, Assessment),
        record: Record,
    ) -> Self {
        Guard {
            machine,
            policy: policy.0,
            policy_path: policy.1,
            mode,
            watched: watched.0,
            record,
            scopes: ScopeLocks::default(),
            claims: Claims::default(),
            waiting: Waiting::default(),
            events: Events::new(EVENTS.0, EVENTS.1),
            started_at: time::now(),
            newest: Mutex::new(watched.1),
        }
    }

    /// The newest assessment of the watched scope.
    pub fn newest(&self) -> Assessment {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_newest(&self, assessment: Assessment) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = assessment;
    }
}
