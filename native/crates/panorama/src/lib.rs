//! Explains every byte of the machine's memory: which exclusive parts it falls into, and which
//! processes and cgroups hold it.
//!
//! Parts come from the kernel's own counters; what they leave unexplained is the residual, the one
//! figure that comes from subtraction. Looking at processes is bounded in time, because this runs
//! on machines that are about to run out of memory.

mod cgroups;
mod counters;
mod parts;
mod processes;

pub use counters::Counters;
pub use parts::{parts, residual};

use pitcrew_cgroup::{Controller, Scope};
use pitcrew_contract::collector::{CgroupMemory, DeviceMemory, Part, ProcessMemory};
use pitcrew_contract::guard::MissingSource;
use pitcrew_procfs::Procfs;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How much time the parts of a panorama may take.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// For finding the largest processes and reading their proportional sizes.
    pub processes: Duration,
    /// For walking the cgroups.
    pub cgroups: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        // Ample for thousands of processes; the runbook's step gives up after two seconds.
        Budget { processes: Duration::from_millis(900), cgroups: Duration::from_millis(300) }
    }
}

/// Everything but the time stamps, which are the caller's.
#[derive(Debug, Clone)]
pub struct Explained {
    /// MemTotal.
    pub total_bytes: u64,
    /// Exclusive parts, the largest first, free memory among them.
    pub parts: Vec<Part>,
    /// `total_bytes` minus the parts.
    pub residual_bytes: i64,
    /// What could not be read, and why.
    pub missing: Vec<MissingSource>,
    /// Largest first, `others` at the end.
    pub processes: Vec<ProcessMemory>,
    /// Largest first.
    pub cgroups: Vec<CgroupMemory>,
    /// The scope's own figures when it is a cgroup.
    pub scope_cgroup: Option<CgroupMemory>,
    /// Memory of devices; filled in by whoever asks the driver.
    pub devices: Vec<DeviceMemory>,
}

/// Why there is no panorama.
#[derive(Debug)]
pub enum Error {
    /// `/proc/meminfo` could not be read, without which nothing can be explained.
    Meminfo(pitcrew_procfs::Error),
    /// The scope names a cgroup that does not exist.
    NoSuchCgroup(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Meminfo(error) => write!(f, "{error}"),
            Error::NoSuchCgroup(path) => write!(f, "there is no memory cgroup {path}"),
        }
    }
}

impl std::error::Error for Error {}

/// A machine: its root directory, so that a temporary one can stand for it.
#[derive(Debug, Clone)]
pub struct Machine {
    root: PathBuf,
}

impl Machine {
    /// The machine below `root`.
    pub fn below(root: &Path) -> Self {
        Machine { root: root.to_owned() }
    }

    /// Reads and explains.
    ///
    /// # Errors
    /// When `/proc/meminfo` cannot be read or the scope's cgroup does not exist; everything else
    /// that fails is listed in `missing`.
    pub fn explain(&self, scope: &Scope, budget: Budget) -> Result<Explained, Error> {
        let proc = Procfs::below(&self.root);
        let mut missing = Vec::new();
        let controller = self.controller(&mut missing);
        // Asked first, so that a wrong scope costs nothing.
        let scope_cgroup = match (scope.cgroup(), &controller) {
            (None, _) => None,
            (Some(path), Some(controller)) => Some(
                cgroups::read(controller, path)
                    .map_err(|_| Error::NoSuchCgroup(path.as_str().to_owned()))?,
            ),
            (Some(path), None) => return Err(Error::NoSuchCgroup(path.as_str().to_owned())),
        };
        let counters = Counters::read(&proc, &mut missing).map_err(Error::Meminfo)?;
        let parts = parts(&counters);
        let until = Instant::now() + budget.processes;
        let search = processes::Search {
            proc: &proc,
            controller: controller.as_ref(),
            scope,
            swap_in_use: counters.meminfo.swap_free < counters.meminfo.swap_total,
            until,
        };
        let processes = search.largest(&mut missing);
        let cgroups = controller.as_ref().map_or_else(Vec::new, |controller| {
            cgroups::largest(controller, Instant::now() + budget.cgroups, &mut missing)
        });
        Ok(Explained {
            total_bytes: counters.meminfo.total,
            residual_bytes: residual(counters.meminfo.total, &parts),
            parts,
            missing,
            processes,
            cgroups,
            scope_cgroup,
            devices: Vec::new(),
        })
    }

    fn controller(&self, missing: &mut Vec<MissingSource>) -> Option<Controller> {
        let reason = match Controller::find(&self.root) {
            Ok(Some(controller)) => return Some(controller),
            Ok(None) => "no memory controller is mounted".to_owned(),
            Err(error) => error.to_string(),
        };
        missing.push(unavailable("cgroups", reason));
        None
    }
}

fn unavailable(source: &str, reason: impl Into<String>) -> MissingSource {
    MissingSource { source: source.to_owned(), reason: reason.into() }
}
