//! What is known about the processes of a scope at one moment.

use crate::score::Frees;
use pitcrew_contract::guard::MissingSource;
use pitcrew_policy::Subject;
use pitcrew_procfs::{escape, escape_limited};

/// Longest command line that is shown.
const MAX_CMDLINE: usize = 256;

/// A process for good: a pid alone may be given to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Process id.
    pub pid: i32,
    /// Clock ticks since boot.
    pub start_time: u64,
}

/// One process.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Which process it is.
    pub id: Identity,
    /// What rules look at. Not escaped.
    pub subject: Subject,
    /// `comm`, escaped.
    pub name: String,
    /// Command line, escaped and cut.
    pub cmdline: String,
    /// Path below the memory controller's root; empty without a controller.
    pub cgroup: String,
    /// `oom_score_adj`.
    pub oom_score_adj: i32,
    /// Resident set size in bytes.
    pub rss: u64,
    /// More than its death can possibly free, in bytes: RssAnon + RssShmem + VmSwap.
    pub at_most: u64,
    /// What its death would free; `None` when it was not worth measuring or not possible.
    pub frees: Option<Frees>,
    /// Why it is protected no matter what the policy says, e.g. `builtin pid 1`.
    pub builtin: Option<String>,
}

/// All processes of a scope.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// In no particular order.
    pub processes: Vec<Facts>,
    /// What could not be read.
    pub missing: Vec<MissingSource>,
}

impl Facts {
    /// Escapes what a stranger chose.
    pub(crate) fn shown(comm: &[u8], cmdline: &[u8]) -> (String, String) {
        (escape(comm), escape_limited(cmdline, MAX_CMDLINE))
    }
}
