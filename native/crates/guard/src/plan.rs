//! Makes kill plans from the present state of a scope.

use crate::failure::{fail, unreadable};
use pitcrew_cgroup::Scope;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::{Assessment, KillPlan};
use pitcrew_policy::{Amount, Origin, Policy};
use pitcrew_ranking::{collect, plan, Depth, Goal, Machine};

/// Most candidates and protected processes in an answer.
const MAX_VICTIMS: usize = 50;
const MAX_PROTECTED: usize = 100;

/// What a plan should be made for.
pub(crate) struct Wish<'a> {
    pub scope: &'a Scope,
    pub policy: &'a Policy,
    pub target: Option<Amount>,
    pub max_victims: usize,
    pub depth: Depth,
}

/// Makes the plan that fits an assessment.
pub(crate) fn make(
    machine: &Machine,
    wish: &Wish,
    assessment: &Assessment,
) -> Result<KillPlan, WireError> {
    let target = wish.target.unwrap_or_else(|| wish.policy.target());
    let goal = Goal {
        scope: wish.scope.clone(),
        assessment: assessment.clone(),
        target_headroom: target.of(assessment.total_bytes).min(assessment.total_bytes),
        max_victims: wish.max_victims,
    };
    let snapshot = collect(machine, wish.scope, wish.policy, goal.needed(), wish.depth)
        .map_err(|e| unreadable(&e))?;
    Ok(plan(&snapshot, wish.policy, &goal))
}

/// Cuts the lists to what fits an answer; victims that are chosen always stay.
pub(crate) fn shorten(plan: &mut KillPlan) {
    let chosen = plan.victims.iter().rposition(|victim| victim.chosen).map_or(0, |at| at + 1);
    let keep = chosen.max(MAX_VICTIMS);
    plan.omitted_victims = omitted(plan.victims.len(), keep);
    plan.victims.truncate(keep);
    plan.omitted_protected = omitted(plan.protected.len(), MAX_PROTECTED);
    plan.protected.truncate(MAX_PROTECTED);
}

fn omitted(length: usize, keep: usize) -> Option<u32> {
    (length > keep).then(|| (length - keep) as u32)
}

/// Reads a scope as contracts write it.
pub(crate) fn scope(text: &str) -> Result<Scope, WireError> {
    Scope::parse(text).map_err(|problem| fail(ErrorCode::InvalidArgument, problem))
}

/// Reads a target as contracts write it.
pub(crate) fn target(text: Option<&str>) -> Result<Option<Amount>, WireError> {
    text.map(|text| {
        Amount::parse(text)
            .map_err(|problem| fail(ErrorCode::InvalidArgument, format!("target: {problem}")))
    })
    .transpose()
}

/// Puts a central policy on top of the node's.
pub(crate) fn merged(node: &Policy, central: Option<&str>) -> Result<Policy, WireError> {
    let Some(text) = central else { return Ok(node.clone()) };
    match Policy::parse(text, Origin::Central) {
        Ok(parsed) => Ok(node.merge(&parsed.policy)),
        Err(mistakes) => {
            let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            let message = format!("the central policy is wrong: {}", list.join("; "));
            Err(fail(ErrorCode::InvalidArgument, message).hint("line:column: problem"))
        }
    }
}
