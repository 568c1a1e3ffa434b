//! One process of `/proc`.

use crate::error::{Error, Result};
use crate::smaps::{parse_smaps, Mapping, Rollup};
use crate::text::{lines, number};
use crate::{Stat, Status};
use std::fs;
use std::path::{Path, PathBuf};

/// A process; each method reads its file anew, so the process may be gone at any call
/// ([`Error::is_gone`]).
#[derive(Debug, Clone)]
pub struct Process {
    pid: i32,
    dir: PathBuf,
}

/// One line of `/proc/PID/cgroup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgroupMembership {
    /// Controllers of a v1 hierarchy; empty for v2.
    pub controllers: Vec<String>,
    /// Path below that hierarchy's root, starting with `/`.
    pub path: String,
}

impl Process {
    pub(crate) fn new(pid: i32, dir: PathBuf) -> Self {
        Process { pid, dir }
    }

    /// Its pid.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Its directory, e.g. `/proc/42`.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads `stat`.
    ///
    /// # Errors
    /// When the process is gone or the file malformed.
    pub fn stat(&self) -> Result<Stat> {
        self.parse("stat", Stat::parse)
    }

    /// Reads `status`.
    ///
    /// # Errors
    /// When the process is gone or the file malformed.
    pub fn status(&self) -> Result<Status> {
        self.parse("status", Status::parse)
    }

    /// Reads `smaps_rollup`; it takes about 12 ms per GB of the process.
    ///
    /// # Errors
    /// When the process is gone, has no memory (`ESRCH`), or may not be looked into.
    pub fn smaps_rollup(&self) -> Result<Rollup> {
        self.parse("smaps_rollup", Rollup::parse)
    }

    /// Reads `smaps`.
    ///
    /// # Errors
    /// When the process is gone or may not be looked into.
    pub fn smaps(&self) -> Result<Vec<Mapping>> {
        self.parse("smaps", |bytes| Ok(parse_smaps(bytes)))
    }

    /// Reads `oom_score_adj`, −1000 to 1000.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn oom_score_adj(&self) -> Result<i32> {
        self.parse("oom_score_adj", |bytes| {
            number(bytes).ok_or_else(|| Error::parse("oom_score_adj", "no number"))
        })
    }

    /// Reads `cmdline`: the arguments, joined by single spaces.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cmdline(&self) -> Result<Vec<u8>> {
        self.parse("cmdline", |bytes| {
            let end = bytes.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
            Ok(bytes[..end].iter().map(|b| if *b == 0 { b' ' } else { *b }).collect())
        })
    }

    /// The executable's path, without the ` (deleted)` that the kernel appends after a package was
    /// upgraded; `None` for kernel threads and where it may not be read.
    pub fn exe(&self) -> Option<PathBuf> {
        use std::ffi::OsString;
        use std::os::unix::ffi::{OsStrExt, OsStringExt};
        let target = fs::read_link(self.dir.join("exe")).ok()?;
        match target.as_os_str().as_bytes().strip_suffix(b" (deleted)") {
            Some(path) => Some(PathBuf::from(OsString::from_vec(path.to_vec()))),
            None => Some(target),
        }
    }

    /// Reads `cgroup`.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cgroups(&self) -> Result<Vec<CgroupMembership>> {
        self.parse("cgroup", |bytes| Ok(parse_cgroups(bytes)))
    }

    fn parse<T>(&self, name: &str, parse: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let path = self.dir.join(name);
        let bytes = fs::read(&path).map_err(|e| Error::io(&path, e))?;
        parse(&bytes).map_err(|e| e.at(&path))
    }
}

/// Parses `/proc/PID/cgroup`; malformed lines are ignored.
pub fn parse_cgroups(bytes: &[u8]) -> Vec<CgroupMembership> {
    lines(bytes)
        .filter_map(|line| {
            let line = String::from_utf8_lossy(line);
            let (_id, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            Some(CgroupMembership {
                controllers: controllers
                    .split(',')
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
                    .collect(),
                path: path.to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_both_hierarchies() {
        let found = parse_cgroups(b"4:memory:/a:b\n0::/user.slice\nnonsense\n");
        assert_eq!(found[0].controllers, ["memory"]);
        assert_eq!(found[0].path, "/a:b");
        assert_eq!((found[1].controllers.len(), found[1].path.as_str()), (0, "/user.slice"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn reads_this_very_process() {
        let me = crate::Procfs::system().process(std::process::id() as i32);
        assert_eq!(me.stat().unwrap().pid, me.pid());
        assert!(me.status().unwrap().rss_anon > 0);
        assert!(me.smaps_rollup().unwrap().private_dirty > 0);
        assert!(!me.cmdline().unwrap().is_empty());
        assert!(me.exe().unwrap().is_absolute());
        assert!(!me.smaps().unwrap().is_empty());
        assert!(!me.cgroups().unwrap().is_empty());
    }

    #[test]
    fn a_process_that_does_not_exist_is_gone() {
        let nobody = crate::Procfs::system().process(i32::MAX);
        assert!(nobody.stat().unwrap_err().is_gone());
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = parse_cgroups(&bytes);
        }
    }
}
