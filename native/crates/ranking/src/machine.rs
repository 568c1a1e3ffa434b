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

    /// Fills [`Machine::own`] with this process, all its ancestors and, when a supervisor started
    /// it (`supervised`), the supervisor's other children.
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
        if let (true, Some(parent)) = (supervised, parent.filter(|parent| *parent > 1)) {
            let pids = self.procfs.pids().unwrap_or_default();
            own.extend(pids.into_iter().filter(|pid| parent_of(*pid) == Some(parent)));
        }
        self.own = own;
    }
}
