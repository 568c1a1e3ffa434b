//! The door to a `/proc`.

use crate::error::{Error, Result};
use crate::text::{lines, number, words};
use crate::{parse_mountinfo, Meminfo, Mount, Pressure, Process};
use std::fs;
use std::path::{Path, PathBuf};

/// A `/proc`, the machine's own or one made for a test.
#[derive(Debug, Clone)]
pub struct Procfs {
    dir: PathBuf,
}

impl Procfs {
    /// The machine's own.
    pub fn system() -> Self {
        Self::below(Path::new("/"))
    }

    /// `ROOT/proc`, so that a directory can stand for a machine.
    pub fn below(root: &Path) -> Self {
        Procfs { dir: root.join("proc") }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads `meminfo`.
    ///
    /// # Errors
    /// When it cannot be read or has no MemTotal.
    pub fn meminfo(&self) -> Result<Meminfo> {
        self.parse("meminfo", Meminfo::parse)
    }

    /// Reads `pressure/RESOURCE`, e.g. `memory`.
    ///
    /// # Errors
    /// When the kernel has no pressure stall information or it is switched off.
    pub fn pressure(&self, resource: &str) -> Result<Pressure> {
        self.parse(&format!("pressure/{resource}"), Pressure::parse)
    }

    /// Reads one counter of `vmstat`, e.g. `oom_kill`.
    ///
    /// # Errors
    /// When the file cannot be read or lacks the counter.
    pub fn vmstat(&self, counter: &str) -> Result<u64> {
        self.parse("vmstat", |bytes| {
            lines(bytes)
                .find_map(|line| {
                    let mut parts = words(line);
                    (parts.next()? == counter.as_bytes()).then(|| number(parts.next()?)).flatten()
                })
                .ok_or_else(|| Error::parse(counter, "missing"))
        })
    }

    /// The mounts this process sees.
    ///
    /// # Errors
    /// When `self/mountinfo` cannot be read.
    pub fn mounts(&self) -> Result<Vec<Mount>> {
        self.parse("self/mountinfo", |bytes| Ok(parse_mountinfo(bytes)))
    }

    /// The process with this pid, whether or not it exists.
    pub fn process(&self, pid: i32) -> Process {
        Process::new(pid, self.dir.join(pid.to_string()))
    }

    /// Pids of all processes, in the kernel's order.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub fn pids(&self) -> Result<Vec<i32>> {
        let entries = fs::read_dir(&self.dir).map_err(|e| Error::io(&self.dir, e))?;
        Ok(entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter(|pid| *pid > 0)
            .collect())
    }

    fn parse<T>(&self, name: &str, parse: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let path = self.dir.join(name);
        let bytes = fs::read(&path).map_err(|e| Error::io(&path, e))?;
        parse(&bytes).map_err(|e| e.at(&path))
    }
}
