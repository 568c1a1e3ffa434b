//! The memory controller of this machine.

use crate::figures::{Constraint, MemoryStat};
use crate::path::CgroupPath;
use pitcrew_procfs::{Error, Pressure, Process, Procfs, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Figures at or above this are the kernel's way to say "no limit" in v1.
const NO_LIMIT: u64 = 1 << 60;
/// Deepest nesting that is followed, so that a strange tree cannot exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Which hierarchy holds the memory controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The memory controller's own hierarchy.
    V1,
    /// The unified hierarchy.
    V2,
}

/// The memory controller and where it is mounted.
#[derive(Debug, Clone)]
pub struct Controller {
    version: Version,
    mount: PathBuf,
    /// Which cgroup is mounted; not `/` in a container without a cgroup namespace.
    mounted: String,
}

impl Controller {
    /// Finds the memory controller in the machine below `root`; `None` where it is not mounted.
    ///
    /// # Errors
    /// When the mounts cannot be read.
    pub fn find(root: &Path) -> Result<Option<Self>> {
        let inside = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
        let mounts = Procfs::below(root).mounts()?;
        let v1 = mounts.iter().find(|mount| {
            mount.kind == "cgroup" && mount.super_options.split(',').any(|o| o == "memory")
        });
        let v2 = mounts.iter().find(|mount| {
            mount.kind == "cgroup2"
                && fs::read_to_string(inside(&mount.point).join("cgroup.controllers"))
                    .is_ok_and(|list| list.split_whitespace().any(|name| name == "memory"))
        });
        let found = v1.map(|m| (Version::V1, m)).or_else(|| v2.map(|m| (Version::V2, m)));
        Ok(found.map(|(version, mount)| Controller {
            version,
            mount: inside(&mount.point),
            mounted: mount.root.to_string_lossy().into_owned(),
        }))
    }

    /// 1 or 2.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Where it is mounted.
    pub fn mount(&self) -> &Path {
        &self.mount
    }

    /// The directory of a cgroup.
    pub fn dir(&self, path: &CgroupPath) -> PathBuf {
        path.below(&self.mount)
    }

    /// Whether the cgroup exists.
    pub fn exists(&self, path: &CgroupPath) -> bool {
        self.dir(path).is_dir()
    }

    /// What is charged to the cgroup and everything below it, in bytes.
    ///
    /// # Errors
    /// When the cgroup does not exist or, as v2's root, has no such figure.
    pub fn usage(&self, path: &CgroupPath) -> Result<u64> {
        self.number(path, self.pick("memory.usage_in_bytes", "memory.current"))
    }

    /// The cgroup's own limit in bytes, `None` without one.
    ///
    /// # Errors
    /// When the cgroup does not exist.
    pub fn limit(&self, path: &CgroupPath) -> Result<Option<u64>> {
        if self.version == Version::V2 && path.is_root() {
            return Ok(None);
        }
        let name = self.pick("memory.limit_in_bytes", "memory.max");
        let text = self.read(path, name)?;
        if text.trim() == "max" {
            return Ok(None);
        }
        Ok(Some(parse_number(&text, name)?).filter(|limit| *limit < NO_LIMIT))
    }

    /// Its `memory.stat`, counting everything below it.
    ///
    /// # Errors
    /// When the cgroup does not exist.
    pub fn stat(&self, path: &CgroupPath) -> Result<MemoryStat> {
        Ok(MemoryStat::parse(&self.read(path, "memory.stat")?))
    }

    /// Kernel memory charged to it, in bytes; `None` where it is not accounted.
    pub fn kernel_memory(&self, path: &CgroupPath) -> Option<u64> {
        match self.version {
            Version::V1 => self.number(path, "memory.kmem.usage_in_bytes").ok(),
            Version::V2 => self.stat(path).ok()?.kernel,
        }
    }

    /// The limit that it hits first: of its own and its ancestors' limits the one with the least
    /// headroom; `None` when nothing up to the root is limited.
    ///
    /// # Errors
    /// When the cgroup does not exist.
    pub fn constraint(&self, path: &CgroupPath) -> Result<Option<Constraint>> {
        let mut tightest: Option<Constraint> = None;
        let mut at = Some(path.clone());
        while let Some(path) = at {
            if let Some(limit) = self.limit(&path)? {
                let usage = self.usage(&path)?;
                let reclaimable = self.stat(&path)?.reclaimable();
                let found = Constraint { path: path.clone(), limit, usage, reclaimable };
                if tightest.as_ref().is_none_or(|known| found.headroom() < known.headroom()) {
                    tightest = Some(found);
                }
            }
            at = path.parent();
        }
        Ok(tightest)
    }

    /// Pids directly in the cgroup.
    ///
    /// # Errors
    /// When the cgroup does not exist.
    pub fn procs(&self, path: &CgroupPath) -> Result<Vec<i32>> {
        let text = self.read(path, "cgroup.procs")?;
        // 0 stands for a process of another pid namespace.
        Ok(text.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0).collect())
    }

    /// Cgroups directly below it, in the order of their names.
    ///
    /// # Errors
    /// When the cgroup does not exist.
    pub fn children(&self, path: &CgroupPath) -> Result<Vec<CgroupPath>> {
        let dir = self.dir(path);
        let entries = fs::read_dir(&dir).map_err(|e| Error::io(&dir, e))?;
        let mut children: Vec<CgroupPath> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name();
                (entry.file_type().ok()?.is_dir()).then(|| path.child(name.to_str()?).ok())?
            })
            .collect();
        children.sort();
        Ok(children)
    }

    /// The cgroup and all below it, parents first. Cgroups that vanish meanwhile are left out.
    ///
    /// # Errors
    /// When the cgroup itself does not exist.
    pub fn subtree(&self, path: &CgroupPath) -> Result<Vec<CgroupPath>> {
        let mut found = vec![path.clone()];
        let mut level = self.children(path)?;
        for _ in 0..MAX_DEPTH {
            if level.is_empty() {
                break;
            }
            let next = level.iter().flat_map(|child| self.children(child).unwrap_or_default());
            let next = next.collect();
            found.append(&mut level);
            level = next;
        }
        Ok(found)
    }

    /// Pids in the cgroup and everything below it.
    ///
    /// # Errors
    /// When the cgroup does not exist.
    pub fn procs_in_subtree(&self, path: &CgroupPath) -> Result<Vec<i32>> {
        self.procs(path)?;
        let mut pids: Vec<i32> = self
            .subtree(path)?
            .iter()
            .flat_map(|cgroup| self.procs(cgroup).unwrap_or_default())
            .collect();
        pids.sort_unstable();
        pids.dedup();
        Ok(pids)
    }

    /// How often the kernel's OOM killer acted in the cgroup; `None` where that is not counted.
    pub fn oom_kills(&self, path: &CgroupPath) -> Option<u64> {
        let name = self.pick("memory.oom_control", "memory.events");
        let text = self.read(path, name).ok()?;
        text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
    }

    /// Its pressure; v2 only.
    pub fn pressure(&self, path: &CgroupPath) -> Option<Pressure> {
        match self.version {
            Version::V1 => None,
            Version::V2 => {
                Pressure::parse(self.read(path, "memory.pressure").ok()?.as_bytes()).ok()
            }
        }
    }

    /// The memory cgroup of a process.
    ///
    /// # Errors
    /// When the process is gone or is in no cgroup of this mount.
    pub fn of_process(&self, process: &Process) -> Result<CgroupPath> {
        let memberships = process.cgroups()?;
        let own = memberships.iter().find(|membership| match self.version {
            Version::V1 => membership.controllers.iter().any(|name| name == "memory"),
            Version::V2 => membership.controllers.is_empty(),
        });
        let outside = || Error::parse("cgroup", "not in the memory controller's mount");
        let path = &own.ok_or_else(outside)?.path;
        let inside = match self.mounted.as_str() {
            "/" => path.as_str(),
            mounted => path.strip_prefix(mounted).ok_or_else(outside)?,
        };
        CgroupPath::parse(if inside.is_empty() { "/" } else { inside }).map_err(|_| outside())
    }

    fn pick(&self, v1: &'static str, v2: &'static str) -> &'static str {
        match self.version {
            Version::V1 => v1,
            Version::V2 => v2,
        }
    }

    fn read(&self, path: &CgroupPath, name: &str) -> Result<String> {
        let file = self.dir(path).join(name);
        let bytes = fs::read(&file).map_err(|e| Error::io(&file, e))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn number(&self, path: &CgroupPath, name: &'static str) -> Result<u64> {
        let text = self.read(path, name)?;
        parse_number(&text, name).map_err(|e| e.at(&self.dir(path).join(name)))
    }
}

fn parse_number(text: &str, item: &'static str) -> Result<u64> {
    text.trim().parse().map_err(|_| Error::parse(item, "no number"))
}
