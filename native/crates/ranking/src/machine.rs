//! The sources a ranking reads.

use pitcrew_cgroup::{CgroupPath, Controller, Scope};
use pitcrew_procfs::{Error, Procfs, Result};
use std::path::Path;

/// A machine: its `/proc` and, where there is one, its memory controller.
#[derive(Debug, Clone)]
pub struct Machine {
    /// `/proc`.
    pub procfs: Procfs,
    /// The memory controller.
    pub controller: Option<Controller>,
    /// Processes that must never be killed whatever a policy says: the guard's own.
    pub own: Vec<i32>,
    /// Whose children must never be killed either: the supervisor, which starts what died again,
    /// under another pid.
    pub supervisor: Option<i32>,
    /// Processes that are being ended already.
    pub ending: Vec<i32>,
}

impl Machine {
    /// The machine below `root`, `/` for the real one. Without a readable memory controller only
    /// the scope `node` works.
    pub fn below(root: &Path) -> Self {
        Machine {
            procfs: Procfs::below(root),
            controller: Controller::find(root).unwrap_or(None),
            own: Vec::new(),
            supervisor: None,
            ending: Vec::new(),
        }
    }

    /// The memory controller.
    ///
    /// # Errors
    /// When there is none.
    pub fn controller(&self) -> Result<&Controller> {
        self.controller
            .as_ref()
            .ok_or_else(|| Error::parse("memory controller", "not mounted on this machine"))
    }

    /// Pids of a scope.
    ///
    /// # Errors
    /// When the scope does not exist.
    pub fn pids(&self, scope: &Scope) -> Result<Vec<i32>> {
        match scope {
            Scope::Node => self.procfs.pids(),
            Scope::Cgroup(path) => self.controller()?.procs_in_subtree(path),
        }
    }

    /// The memory cgroup of a process; `None` without a controller.
    pub fn cgroup_of(&self, pid: i32) -> Option<CgroupPath> {
        self.controller.as_ref()?.of_process(&self.procfs.process(pid)).ok()
    }

    /// Fills [`Machine::own`] with this process and all its ancestors and, when a supervisor
    /// started it (`supervised`), takes its parent for [`Machine::supervisor`].
    pub fn protect_own(&mut self, supervised: bool) {
        let me = std::process::id() as i32;
        let mut own = vec![me];
        let parent_of = |pid: i32| self.procfs.process(pid).stat().ok().map(|stat| stat.parent);
        let parent = parent_of(me);
        let mut at = parent;
        while let Some(pid) = at.filter(|pid| *pid > 0 && !own.contains(pid)) {
            own.push(pid);
            at = parent_of(pid);
        }
        self.own = own;
        // Children of pid 1 are everybody's.
        self.supervisor = parent.filter(|parent| supervised && *parent > 1);
    }

    /// Whether a process with this parent is one of the guard's own.
    pub(crate) fn is_own(&self, pid: i32, parent: i32) -> bool {
        self.own.contains(&pid) || self.supervisor == Some(parent)
    }
}
