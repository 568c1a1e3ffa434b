//! Cgroups with a memory controller.

use crate::unavailable;
use pitcrew_cgroup::{CgroupPath, Controller};
use pitcrew_contract::collector::CgroupMemory;
use pitcrew_contract::guard::MissingSource;
use pitcrew_procfs::Result;
use std::collections::VecDeque;
use std::time::Instant;

/// Cgroups in the report; a busy container host has tens of thousands.
const REPORTED_MAX: usize = 300;

/// The largest cgroups, found from the root down until the time is over.
pub(crate) fn largest(
    controller: &Controller,
    until: Instant,
    missing: &mut Vec<MissingSource>,
) -> Vec<CgroupMemory> {
    let mut waiting = VecDeque::from([CgroupPath::root()]);
    let mut found = Vec::new();
    while let Some(path) = waiting.pop_front() {
        if Instant::now() > until {
            missing.push(unavailable(
                "cgroups",
                format!("the time budget ended after {} cgroups", found.len()),
            ));
            break;
        }
        // A cgroup may vanish between being listed and being read.
        found.extend(read(controller, &path));
        waiting.extend(controller.children(&path).unwrap_or_default());
    }
    found.sort_by(|a, b| (b.usage_bytes, &a.path).cmp(&(a.usage_bytes, &b.path)));
    if found.len() > REPORTED_MAX {
        let reason = format!("the {REPORTED_MAX} largest of {} are listed", found.len());
        missing.push(unavailable("cgroups", reason));
        found.truncate(REPORTED_MAX);
    }
    found
}

/// One cgroup's figures, counting everything below it except `processes`.
///
/// # Errors
/// When it does not exist.
pub(crate) fn read(controller: &Controller, path: &CgroupPath) -> Result<CgroupMemory> {
    let stat = controller.stat(path)?;
    let kernel = controller.kernel_memory(path);
    Ok(CgroupMemory {
        path: path.as_str().to_owned(),
        // The root of v2 has no such file.
        usage_bytes: controller
            .usage(path)
            .unwrap_or_else(|_| stat.anon + stat.file + kernel.unwrap_or(0)),
        limit_bytes: controller.limit(path)?,
        anon_bytes: stat.anon,
        file_bytes: stat.file,
        shmem_bytes: stat.shmem,
        kernel_bytes: kernel,
        processes: controller.procs(path).map_or(0, |pids| pids.len() as u32),
    })
}
