//! How close a scope is to running out of memory.

use crate::failure::{fail, unreadable};
use crate::reason;
use pitcrew_cgroup::{CgroupPath, Scope};
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::{Assessment, Figures, Level};
use pitcrew_contract::time;
use pitcrew_policy::Thresholds;
use pitcrew_procfs::{Meminfo, Pressure};
use pitcrew_ranking::Machine;

const NOTHING: Figures = Figures {
    available_bytes: None,
    swap_free_bytes: None,
    swap_total_bytes: None,
    usage_bytes: None,
    limit_bytes: None,
    reclaimable_bytes: None,
    psi_some_avg10: None,
    psi_full_avg10: None,
    oom_kills: None,
};

/// Reads a scope's figures and says at which level it is.
///
/// # Errors
/// `not_found` for a cgroup that does not exist, `unsupported` without a memory controller or
/// meminfo.
pub fn assess(
    machine: &Machine,
    scope: &Scope,
    thresholds: &Thresholds,
) -> Result<Assessment, WireError> {
    match scope {
        Scope::Node => assess_node(machine, thresholds),
        Scope::Cgroup(path) => assess_cgroup(machine, path, thresholds),
    }
}

/// Whether a cgroup is bounded by a limit of its own or of an ancestor.
///
/// # Errors
/// As [`assess`].
pub fn is_bounded(machine: &Machine, path: &CgroupPath) -> Result<bool, WireError> {
    let controller = machine.controller().map_err(|e| unreadable(&e))?;
    if !controller.exists(path) {
        return Err(fail(ErrorCode::NotFound, format!("there is no cgroup {path}")).hint(format!(
            "paths are relative to the memory controller's mount, {}",
            controller.mount().display()
        )));
    }
    Ok(controller.constraint(path).map_err(|e| unreadable(&e))?.is_some())
}

fn assess_node(machine: &Machine, thresholds: &Thresholds) -> Result<Assessment, WireError> {
    let meminfo = machine.procfs.meminfo().map_err(|e| unreadable(&e))?;
    let pressure = machine.procfs.pressure("memory").ok();
    let available = available(&meminfo);
    let swap_free = meminfo.swap_free.unwrap_or(0);
    let figures = Figures {
        available_bytes: Some(available),
        swap_free_bytes: meminfo.swap_free,
        swap_total_bytes: meminfo.swap_total,
        oom_kills: machine.procfs.vmstat("oom_kill").ok(),
        ..with_pressure(pressure)
    };
    let headroom = available.saturating_add(swap_free);
    let memory = Memory { total: meminfo.total, available, headroom };
    let (level, reason) = node_level(thresholds, memory, pressure);
    Ok(assessment(Scope::Node.to_string(), thresholds, memory, (level, reason), figures))
}

fn assess_cgroup(
    machine: &Machine,
    path: &CgroupPath,
    thresholds: &Thresholds,
) -> Result<Assessment, WireError> {
    let scope = Scope::Cgroup(path.clone()).to_string();
    if !is_bounded(machine, path)? {
        // Without any limit the machine's own is the one that counts.
        let node = assess_node(machine, thresholds)?;
        let reason = format!("{} (the cgroup has no memory limit)", node.reason);
        return Ok(Assessment { scope, reason, ..node });
    }
    let controller = machine.controller().map_err(|e| unreadable(&e))?;
    let constraint = controller.constraint(path).map_err(|e| unreadable(&e))?;
    let Some(constraint) = constraint else {
        return Err(fail(ErrorCode::NotFound, format!("cgroup {path} changed while being read")));
    };
    let headroom = constraint.headroom();
    let memory = Memory { total: constraint.limit, available: headroom, headroom };
    // A cgroup's pressure is shown but never decides: a limit is hit without any stall before.
    let verdict = level_by_share(thresholds, memory);
    let figures = Figures {
        usage_bytes: Some(constraint.usage),
        limit_bytes: Some(constraint.limit),
        reclaimable_bytes: Some(constraint.reclaimable),
        oom_kills: controller.oom_kills(path),
        ..with_pressure(controller.pressure(path))
    };
    Ok(assessment(scope, thresholds, memory, verdict, figures))
}

/// The figures that decide about the level, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub total: u64,
    /// Without swap.
    pub available: u64,
    /// With the swap that is free.
    pub headroom: u64,
}

fn assessment(
    scope: String,
    thresholds: &Thresholds,
    memory: Memory,
    (level, reason): (Level, String),
    figures: Figures,
) -> Assessment {
    Assessment {
        at: time::now(),
        scope,
        level,
        headroom_bytes: memory.headroom,
        total_bytes: memory.total,
        warning_headroom_bytes: thresholds.warning.of(memory.total),
        urgent_headroom_bytes: thresholds.urgent.of(memory.total),
        critical_headroom_bytes: thresholds.critical.of(memory.total),
        reason,
        figures,
    }
}

/// MemAvailable; kernels before 3.14 do not have it.
fn available(meminfo: &Meminfo) -> u64 {
    meminfo.available.unwrap_or_else(|| {
        let cache = meminfo.active_file.unwrap_or(0) + meminfo.inactive_file.unwrap_or(0);
        meminfo.free.unwrap_or(0) + cache / 2
    })
}

fn with_pressure(pressure: Option<Pressure>) -> Figures {
    Figures {
        psi_some_avg10: pressure.map(|p| p.some.avg10),
        psi_full_avg10: pressure.and_then(|p| p.full).map(|full| full.avg10),
        ..NOTHING
    }
}

/// The level that headroom alone gives, and why.
fn level_by_share(thresholds: &Thresholds, memory: Memory) -> (Level, String) {
    for (level, name, threshold) in [
        (Level::Critical, "critical", thresholds.critical),
        (Level::Urgent, "urgent", thresholds.urgent),
        (Level::Warning, "warning", thresholds.warning),
    ] {
        if memory.headroom < threshold.of(memory.total) {
            return (level, reason::below(memory, name, threshold));
        }
    }
    (Level::Ok, reason::above(memory, "warning", thresholds.warning))
}

/// On a node low headroom is critical only when tasks really wait for memory, or when there is so
/// little that waiting for a confirmation would be too late. Free swap does not help a machine that
/// waits for it.
fn node_level(
    thresholds: &Thresholds,
    memory: Memory,
    pressure: Option<Pressure>,
) -> (Level, String) {
    let (level, why) = level_by_share(thresholds, memory);
    let Some(pressure) = pressure.filter(|_| thresholds.pressure > 0.0) else {
        return (level, why);
    };
    let waits = || reason::waits(pressure, thresholds.pressure);
    let stalled = pressure.some.avg10 >= thresholds.pressure;
    let certain = memory.headroom < thresholds.certain.of(memory.total);
    if level == Level::Critical && !stalled && !certain {
        return (Level::Urgent, format!("{why}, but {}", waits()));
    }
    let thrashes = stalled && memory.available < thresholds.critical.of(memory.total);
    if level < Level::Critical && thrashes {
        let without_swap = Memory { headroom: memory.available, ..memory };
        let why = reason::below(without_swap, "critical", thresholds.critical);
        return (Level::Critical, format!("without swap {why}, and {}", waits()));
    }
    (level, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pitcrew_policy::Sensitivity;
    use pitcrew_procfs::Stall;

    fn level(available: u64, swap: u64, waited: Option<f64>) -> Level {
        let thresholds = Thresholds::of(Sensitivity::Medium);
        let pressure =
            waited.map(|avg10| Pressure { some: Stall { avg10, ..Stall::default() }, full: None });
        let memory = Memory { total: 1000, available, headroom: available + swap };
        node_level(&thresholds, memory, pressure).0
    }

    #[test]
    fn shares_give_levels() {
        assert_eq!(level(500, 0, Some(0.0)), Level::Ok);
        assert_eq!(level(150, 0, Some(0.0)), Level::Warning);
        assert_eq!(level(90, 0, Some(0.0)), Level::Urgent);
        assert_eq!(level(40, 0, None), Level::Critical);
    }

    #[test]
    fn a_nearly_full_machine_that_does_not_wait_is_not_critical() {
        assert_eq!(level(40, 0, Some(0.0)), Level::Urgent);
        assert_eq!(level(40, 0, Some(20.0)), Level::Critical);
        assert_eq!(level(20, 0, Some(0.0)), Level::Critical);
    }

    #[test]
    fn a_machine_that_waits_for_its_swap_is_critical() {
        assert_eq!(level(40, 900, Some(0.0)), Level::Ok);
        assert_eq!(level(40, 900, Some(30.0)), Level::Critical);
    }
}
