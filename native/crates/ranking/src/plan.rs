//! The kill plan: a pure function of a snapshot, a policy and a goal.

use crate::family::Batch;
use crate::snapshot::{Facts, Snapshot};
use pitcrew_cgroup::Scope;
use pitcrew_contract::guard::{Assessment, KillPlan, Protected, Victim};
use pitcrew_policy::{size_text, Origin, Policy, Rule};
use std::cmp::Reverse;

/// A process whose death frees less is not worth killing, whatever else speaks for it.
pub const MIN_FREED: u64 = 1 << 20;
/// From here on the owner of a process says that it should go first.
const EXPENDABLE: i32 = 900;

/// What a plan should reach.
#[derive(Debug, Clone)]
pub struct Goal {
    /// Where.
    pub scope: Scope,
    /// The scope's state.
    pub assessment: Assessment,
    /// Headroom to reach, in bytes.
    pub target_headroom: u64,
    /// Most victims to choose.
    pub max_victims: usize,
}

impl Goal {
    /// Bytes that are missing.
    pub fn needed(&self) -> u64 {
        self.target_headroom.saturating_sub(self.assessment.headroom_bytes)
    }
}

/// Where a process stands in the order of killing; the smallest goes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Expendable,
    Preferred(usize),
    Ordinary,
    Unmeasured,
    Negligible,
}

/// Ranks the candidates and chooses the first ones until what they free together covers the need.
pub fn plan(snapshot: &Snapshot, policy: &Policy, goal: &Goal) -> KillPlan {
    let with_swap = goal.scope == Scope::Node;
    let mut protected = Vec::new();
    let mut candidates: Vec<(Class, &Facts, Option<&Rule>)> = Vec::new();
    for facts in &snapshot.processes {
        if let Some(rule) = facts.builtin.clone().or_else(|| protection(policy, facts)) {
            let shown = Protected { pid: facts.id.pid, name: facts.name.clone(), rule };
            protected.push((facts.at_most, shown));
            continue;
        }
        let preferred = policy.prefers(&facts.subject);
        let class = match (facts.frees, preferred) {
            _ if is_negligible(facts) => Class::Negligible,
            (None, _) => Class::Unmeasured,
            _ if facts.oom_score_adj >= EXPENDABLE => Class::Expendable,
            (_, Some((place, _))) => Class::Preferred(place),
            _ => Class::Ordinary,
        };
        candidates.push((class, facts, preferred.map(|(_, rule)| rule)));
    }
    candidates.sort_by(|(a_class, a, _), (b_class, b, _)| {
        // Equal ones: the younger first, it has less to lose.
        let key =
            |facts: &Facts| (Reverse(score(facts)), Reverse(facts.id.start_time), facts.id.pid);
        a_class.cmp(b_class).then_with(|| key(a).cmp(&key(b)))
    });
    protected.sort_by_key(|(size, shown)| (Reverse(*size), shown.pid));

    let needed = goal.needed();
    let mut batch = Batch::new(&snapshot.processes, with_swap);
    let (mut predicted, mut chosen_count) = (0u64, 0usize);
    let victims: Vec<Victim> = candidates
        .iter()
        .enumerate()
        .map(|(index, (class, facts, rule))| {
            let chosen = predicted < needed
                && chosen_count < goal.max_victims
                && facts.frees.is_some()
                && *class != Class::Negligible;
            if chosen {
                predicted = batch.add(facts);
                chosen_count += 1;
            }
            victim(index, facts, chosen, reason(class, facts, *rule))
        })
        .collect();
    let warnings = warnings(&victims, &protected, snapshot);
    KillPlan {
        at: goal.assessment.at.clone(),
        scope: goal.scope.to_string(),
        level: goal.assessment.level,
        headroom_bytes: goal.assessment.headroom_bytes,
        target_headroom_bytes: goal.target_headroom,
        needed_bytes: needed,
        predicted_bytes: predicted,
        victims,
        protected: protected.into_iter().map(|(_, shown)| shown).collect(),
        policy_hash: policy.hash().to_owned(),
        missing: snapshot.missing.clone(),
        omitted_victims: None,
        omitted_protected: None,
        warnings,
    }
}

fn protection(policy: &Policy, facts: &Facts) -> Option<String> {
    let rule = policy.protects(&facts.subject)?;
    let origin = match rule.origin() {
        Origin::Node => "",
        Origin::Central => " (central policy)",
    };
    Some(format!("protect {}{origin}", rule.text()))
}

/// Killing it would cost somebody a process and bring nothing.
fn is_negligible(facts: &Facts) -> bool {
    facts.frees.map_or(facts.at_most, |frees| frees.private) < MIN_FREED
}

fn score(facts: &Facts) -> u64 {
    facts.frees.map_or(facts.at_most, |frees| frees.total())
}

fn victim(index: usize, facts: &Facts, chosen: bool, reason: String) -> Victim {
    Victim {
        rank: index as u32 + 1,
        pid: facts.id.pid,
        start_time: facts.id.start_time,
        name: facts.name.clone(),
        cmdline: facts.cmdline.clone(),
        uid: facts.subject.uid,
        cgroup: facts.cgroup.clone(),
        oom_score_adj: facts.oom_score_adj,
        score_bytes: score(facts),
        rss_bytes: facts.rss,
        chosen,
        reason,
    }
}

fn reason(class: &Class, facts: &Facts, rule: Option<&Rule>) -> String {
    let freed = match facts.frees {
        _ if *class == Class::Negligible => return "frees less than 1 MiB".to_owned(),
        None => return format!("frees at most {}, not measured", size_text(facts.at_most)),
        Some(frees) => format!("frees {}", size_text(frees.total())),
    };
    match (class, rule) {
        (Class::Expendable, _) => format!("oom_score_adj {}, {freed}", facts.oom_score_adj),
        (Class::Preferred(_), Some(rule)) => format!("prefer {}, {freed}", rule.text()),
        _ => freed,
    }
}

/// A policy that protects nearly all the memory cannot help when it is needed.
fn warnings(victims: &[Victim], protected: &[(u64, Protected)], all: &Snapshot) -> Vec<String> {
    let by_policy = protected.iter().filter(|(_, shown)| shown.rule.starts_with("protect "));
    let kept: u64 = by_policy.map(|(size, _)| *size).fold(0, u64::saturating_add);
    let total = all.processes.iter().map(|facts| facts.at_most).fold(0, u64::saturating_add);
    let nobody = !victims.iter().any(|victim| victim.score_bytes >= MIN_FREED);
    if kept > 0 && (nobody || kept / 10 >= total / 11) {
        return vec![format!(
            "the policy protects {} of {} in this scope: little is left to free",
            size_text(kept),
            size_text(total)
        )];
    }
    Vec::new()
}
