//! When a scope is at which level.

use crate::amount::Amount;
use std::time::Duration;

/// A named set of thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// Acts late: for machines that are meant to run nearly full.
    Low,
    /// The default.
    Medium,
    /// Acts early: for latency-critical machines.
    High,
}

/// Figures behind a sensitivity; each can be set by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Headroom below which the level is warning.
    pub warning: Amount,
    /// Headroom below which the level is urgent.
    pub urgent: Amount,
    /// Headroom below which the level is critical.
    pub critical: Amount,
    /// On a node, low headroom is critical only when at least this share of the last 10 s (per
    /// cent) was lost waiting for memory; 0 asks for no such confirmation. A machine may rightly
    /// run nearly full.
    pub pressure: f64,
    /// On a node, headroom below which nothing else needs to confirm: pressure is an average and
    /// comes too late for a fast leak.
    pub certain: Amount,
    /// How long critical must last before the reflex acts.
    pub sustained: Duration,
    /// How long the reflex waits after it acted.
    pub cooldown: Duration,
}

impl Thresholds {
    /// The figures of a named sensitivity.
    pub fn of(sensitivity: Sensitivity) -> Self {
        let percent = |[warning, urgent, critical, certain]: [f64; 4]| {
            (
                Amount::Percent(warning),
                Amount::Percent(urgent),
                Amount::Percent(critical),
                Amount::Percent(certain),
            )
        };
        let ((warning, urgent, critical, certain), pressure, sustained, cooldown) =
            match sensitivity {
                Sensitivity::Low => (percent([10.0, 5.0, 2.5, 1.5]), 10.0, 2000, 30),
                Sensitivity::Medium => (percent([20.0, 10.0, 5.0, 2.5]), 5.0, 500, 15),
                Sensitivity::High => (percent([30.0, 15.0, 8.0, 5.0]), 1.0, 200, 10),
            };
        Thresholds {
            warning,
            urgent,
            critical,
            pressure,
            certain,
            sustained: Duration::from_millis(sustained),
            cooldown: Duration::from_secs(cooldown),
        }
    }
}
