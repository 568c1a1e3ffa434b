//! Why a scope is at its level, in words that name the figure and the threshold.

use crate::assess::Memory;
use pitcrew_policy::{size_text, Amount};
use pitcrew_procfs::Pressure;

/// `21.9 GiB free of 23.5 GiB (93 %), above the warning threshold of 20 %`.
pub(crate) fn above(memory: Memory, name: &str, threshold: Amount) -> String {
    compared(memory, "above", name, threshold)
}

/// The same, `below`.
pub(crate) fn below(memory: Memory, name: &str, threshold: Amount) -> String {
    compared(memory, "below", name, threshold)
}

/// `tasks waited 12.5 % of the last 10 s (threshold 5 %)`.
pub(crate) fn waits(pressure: Pressure, threshold: f64) -> String {
    let often = if pressure.some.avg10 < threshold { "hardly waited:" } else { "waited" };
    format!("tasks {often} {} % of the last 10 s (threshold {threshold} %)", pressure.some.avg10)
}

fn compared(memory: Memory, relation: &str, name: &str, threshold: Amount) -> String {
    let Memory { total, available, headroom } = memory;
    let swap = if headroom > available { " with swap," } else { "" };
    let limit = match threshold {
        Amount::Percent(percent) => format!("{percent} %"),
        Amount::Bytes(bytes) => size_text(bytes),
    };
    format!(
        "{} free{swap} of {} ({} %), {relation} the {name} threshold of {limit}",
        size_text(headroom),
        size_text(total),
        share(headroom, total),
    )
}

/// Per cent, cut and never rounded up: 19.96 is not shown as the 20 that it is below of. A decimal
/// only where thresholds lie.
fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    match (tenths / 10, tenths % 10) {
        (percent, 0) | (percent @ 40.., _) => percent.to_string(),
        (percent, tenth) => format!("{percent}.{tenth}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pitcrew_procfs::Stall;

    const GIB: u64 = 1 << 30;

    #[test]
    fn names_figure_share_and_threshold() {
        let memory = |headroom| Memory { total: 24 * GIB, available: headroom, headroom };
        assert_eq!(
            above(memory(22 * GIB + GIB / 2), "warning", Amount::Percent(20.0)),
            "22.5 GiB free of 24 GiB (93 %), above the warning threshold of 20 %"
        );
        assert_eq!(
            below(memory(24 * GIB / 5 - 1), "warning", Amount::Percent(20.0)),
            "4.7 GiB free of 24 GiB (19.9 %), below the warning threshold of 20 %"
        );
        assert_eq!(
            below(memory(300 << 20), "critical", Amount::Bytes(512 << 20)),
            "300 MiB free of 24 GiB (1.2 %), below the critical threshold of 512 MiB"
        );
    }

    #[test]
    fn says_when_swap_counts() {
        let memory = Memory { total: GIB, available: GIB / 8, headroom: GIB / 2 };
        assert_eq!(
            above(memory, "warning", Amount::Percent(20.0)),
            "512 MiB free with swap, of 1 GiB (50 %), above the warning threshold of 20 %"
        );
    }

    #[test]
    fn waiting_is_compared_with_its_threshold() {
        let pressure = |avg10| Pressure { some: Stall { avg10, ..Stall::default() }, full: None };
        assert_eq!(
            waits(pressure(0.4), 5.0),
            "tasks hardly waited: 0.4 % of the last 10 s (threshold 5 %)"
        );
        assert_eq!(
            waits(pressure(12.5), 5.0),
            "tasks waited 12.5 % of the last 10 s (threshold 5 %)"
        );
    }
}
