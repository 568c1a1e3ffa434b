//! What is told and recorded about an order.

use super::checked::Checked;
use crate::engine::{Done, End};
use crate::record::Begun;
use pitcrew_contract::guard::{
    Assessment, Intervention, Kill, KillOutcome, KillPlan, OrderOutcome, OrderStatus,
};
use pitcrew_policy::size_text;

/// Puts an outcome together; `states` are before and after.
pub(super) fn make(
    checked: &Checked,
    status: OrderStatus,
    plan: KillPlan,
    done: Done,
    states: (Assessment, Assessment),
) -> OrderOutcome {
    let (before, after) = states;
    let group_freed_bytes = match done.kills.is_empty() {
        true => 0,
        false => after.headroom_bytes.saturating_sub(before.headroom_bytes),
    };
    OrderOutcome {
        key: checked.order.key.clone(),
        status,
        summary: summary(status, &plan, &done, &before, group_freed_bytes),
        recovered_ms: done.recovered_ms,
        kills: done.kills,
        plan,
        before,
        after,
        group_freed_bytes,
        superseded_by: None,
        replayed: false,
    }
}

fn summary(
    status: OrderStatus,
    plan: &KillPlan,
    done: &Done,
    before: &Assessment,
    freed: u64,
) -> String {
    let who = ended(&done.kills);
    let freed = size_text(freed);
    match status {
        OrderStatus::DryRun => {
            let chosen = plan.victims.iter().filter(|victim| victim.chosen).count();
            let noun = if chosen == 1 { "process" } else { "processes" };
            format!("would end {chosen} {noun} and free {}", size_text(plan.predicted_bytes))
        }
        OrderStatus::Relieved => format!("ended {who}; {freed} came back, the target is met"),
        OrderStatus::Insufficient if done.end == End::Expired => {
            format!("ended {who}; the order expired before the target was met")
        }
        OrderStatus::Insufficient => {
            format!("ended {who}; {freed} came back, which does not meet the target")
        }
        OrderStatus::NotNeeded => format!("nothing to do: {}", before.reason),
        OrderStatus::Superseded => "the reflex had already acted in this scope".to_owned(),
        OrderStatus::Cancelled => format!("cancelled; ended {who} until then"),
    }
}

/// Names of those that ended, or `nobody`.
pub(super) fn ended(kills: &[Kill]) -> String {
    let names: Vec<String> = kills
        .iter()
        .filter(|kill| matches!(kill.outcome, KillOutcome::Killed | KillOutcome::Exited))
        .map(|kill| format!("{} (pid {})", kill.name, kill.pid))
        .collect();
    if names.is_empty() {
        "nobody".to_owned()
    } else {
        names.join(", ")
    }
}

/// The intervention that an order was, if it came to that.
pub(super) fn intervention(begun: &Begun, outcome: &OrderOutcome) -> Option<Intervention> {
    (!outcome.kills.is_empty()).then(|| Intervention {
        id: begun.id.clone(),
        at: begun.at.clone(),
        scope: begun.plan.scope.clone(),
        level: begun.before.level,
        figures: begun.before.figures.clone(),
        cause: format!("order {}", begun.order.key),
        plan: begun.plan.clone(),
        kills: outcome.kills.clone(),
        group_freed_bytes: outcome.group_freed_bytes,
        recovered_ms: outcome.recovered_ms,
        observed: false,
    })
}
