//! How close a scope is to running out of memory.

use crate::failure::{fail, unreadable};
use pitcrew_cgroup::{CgroupPath, Scope};
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::{Assessment, Figures, Level};
use pitcrew_contract::time;
use pitcrew_policy::{Amount, Thresholds};
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
    let (level, reason) = node_level(thresholds, meminfo.total, available, headroom, pressure);
    Ok(Assessment {
        at: time::now(),
        scope: Scope::Node.to_string(),
        level,
        headroom_bytes: headroom,
        total_bytes: meminfo.total,
        reason,
        figures,
    })
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
    // A cgroup's pressure is shown but never decides: a limit is hit without any stall before.
    let (level, reason) = level_by_share(thresholds, constraint.limit, headroom);
    let figures = Figures {
        usage_bytes: Some(constraint.usage),
        limit_bytes: Some(constraint.limit),
        reclaimable_bytes: Some(constraint.reclaimable),
        oom_kills: controller.oom_kills(path),
        ..with_pressure(controller.pressure(path))
    };
    Ok(Assessment {
        at: time::now(),
        scope,
        level,
        headroom_bytes: headroom,
        total_bytes: constraint.limit,
        reason,
        figures,
    })
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

/// The level that headroom alone gives.
fn level_by_share(thresholds: &Thresholds, total: u64, headroom: u64) -> (Level, String) {
    for (level, name, threshold) in [
        (Level::Critical, "critical", thresholds.critical),
        (Level::Urgent, "urgent", thresholds.urgent),
        (Level::Warning, "warning", thresholds.warning),
    ] {
        if headroom < threshold.of(total) {
            return (level, sentence(total, headroom, name, threshold, "is under"));
        }
    }
    (Level::Ok, sentence(total, headroom, "warning", thresholds.warning, "is over"))
}

/// On a node low headroom is critical only when tasks really wait for memory, or when there is so
/// little that waiting for a confirmation would be too late. Free swap does not help a machine that
/// waits for it.
fn node_level(
    thresholds: &Thresholds,
    total: u64,
    available: u64,
    headroom: u64,
    pressure: Option<Pressure>,
) -> (Level, String) {
    let (level, reason) = level_by_share(thresholds, total, headroom);
    let Some(pressure) = pressure.filter(|_| thresholds.pressure > 0.0) else {
        return (level, reason);
    };
    let stalled = pressure.some.avg10 >= thresholds.pressure;
    if level == Level::Critical && !stalled && headroom >= thresholds.certain.of(total) {
        let reason = format!("{reason}, but tasks hardly wait for memory ({})", waits(pressure));
        return (Level::Urgent, reason);
    }
    let thrashes = stalled && available < thresholds.critical.of(total);
    if level < Level::Critical && thrashes {
        let text = sentence(total, available, "critical", thresholds.critical, "is under");
        return (Level::Critical, format!("without swap {text}, and {}", waits(pressure)));
    }
    (level, reason)
}

fn waits(pressure: Pressure) -> String {
    format!("tasks waited {} % of the last 10 s", pressure.some.avg10)
}

fn sentence(total: u64, headroom: u64, name: &str, threshold: Amount, is: &str) -> String {
    let share = headroom as f64 * 100.0 / total.max(1) as f64;
    let limit = match threshold {
        Amount::Percent(percent) => format!("{percent} %"),
        Amount::Bytes(bytes) => format!("{} MiB", bytes >> 20),
    };
    format!(
        "headroom {} MiB ({share:.1} % of {} MiB) {is} the {name} threshold of {limit}",
        headroom >> 20,
        total >> 20
    )
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
        node_level(&thresholds, 1000, available, available + swap, pressure).0
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
