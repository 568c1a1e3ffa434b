//! Whose samples count.

use crate::program::Settings;
use crate::Error;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// Whose samples count. It is decided in the kernel at the tick itself, so short-lived processes
/// and those that move between cgroups are counted where they really ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    Node,
    /// One process's, all its threads.
    Process(i32),
    /// Those of a cgroup and everything below it.
    Cgroup {
        /// Its directory, in the v1 memory controller's hierarchy or in the v2 hierarchy.
        dir: PathBuf,
        /// 1 or 2.
        version: u8,
    },
}

impl Scope {
    /// The program's settings for this scope.
    pub(crate) fn settings(&self) -> Result<Settings, Error> {
        let mut settings =
            Settings { scope: 0, pid: 0, cgroup: 0, pid_namespace: pid_namespace()?, padding: 0 };
        match self {
            Scope::Node => {}
            Scope::Process(pid) => {
                settings.scope = 1;
                settings.pid = existing(*pid)?;
            }
            Scope::Cgroup { dir, version } => {
                settings.scope = if *version == 1 { 2 } else { 3 };
                settings.cgroup = fs::metadata(dir)
                    .map_err(|error| Error::NotFound(format!("cgroup {}: {error}", dir.display())))?
                    .ino();
            }
        }
        Ok(settings)
    }
}

fn existing(pid: i32) -> Result<u32, Error> {
    let missing = || Error::NotFound(format!("there is no process {pid}"));
    let number = u32::try_from(pid).ok().filter(|pid| *pid > 0).ok_or_else(missing)?;
    fs::metadata(format!("/proc/{number}")).map_err(|_| missing())?;
    Ok(number)
}

/// The collector's own pid namespace, so that pids mean what they mean in its `/proc`, also in a
/// container.
fn pid_namespace() -> Result<u32, Error> {
    let inode = fs::metadata("/proc/self/ns/pid")
        .map_err(|error| Error::Internal(format!("cannot read /proc/self/ns/pid: {error}")))?
        .ino();
    u32::try_from(inode).map_err(|_| Error::Internal("pid namespace number out of range".into()))
}
