//! Properties of plans: what must hold for any machine, and the traps that other guards fell into.

use pitcrew_cgroup::{CgroupPath, Scope};
use pitcrew_contract::guard::{Assessment, Figures, KillPlan, Level};
use pitcrew_policy::{Origin, Policy, Subject};
use pitcrew_ranking::{plan, Facts, Frees, Goal, Identity, Snapshot, MIN_FREED};
use proptest::prelude::*;

const MIB: u64 = 1 << 20;

fn facts(pid: i32, name: &str, private: u64) -> Facts {
    Facts {
        id: Identity { pid, start_time: pid as u64 * 10 },
        subject: Subject {
            name: name.to_owned(),
            exe: format!("/bin/{name}{pid}"),
            ..Subject::default()
        },
        name: name.to_owned(),
        cmdline: String::new(),
        cgroup: "/app".to_owned(),
        oom_score_adj: 0,
        rss: private,
        at_most: private,
        frees: Some(Frees { private, anon_share: private, swap: 0 }),
        builtin: None,
    }
}

fn goal(needed: u64) -> Goal {
    let figures = Figures {
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
    Goal {
        scope: Scope::Cgroup(CgroupPath::parse("/app").unwrap()),
        assessment: Assessment {
            at: "2026-11-23T00:00:00.000Z".to_owned(),
            scope: "cgroup:/app".to_owned(),
            level: Level::Critical,
            headroom_bytes: 0,
            total_bytes: 1 << 30,
            warning_headroom_bytes: 0,
            urgent_headroom_bytes: 0,
            critical_headroom_bytes: 0,
            reason: String::new(),
            figures,
        },
        target_headroom: needed,
        max_victims: 100,
    }
}

fn make(processes: Vec<Facts>, policy: &str, needed: u64) -> KillPlan {
    let policy = Policy::parse(policy, Origin::Node).unwrap().policy;
    plan(&Snapshot { processes, missing: vec![] }, &policy, &goal(needed))
}

fn chosen(plan: &KillPlan) -> Vec<i32> {
    plan.victims.iter().filter(|victim| victim.chosen).map(|victim| victim.pid).collect()
}

const RULES: &str =
    "version: 1\nprotect:\n  - name: keep\nprefer:\n  - name: second\n  - name: first\n";

#[test]
fn expendable_first_then_preferred_in_order_then_by_bytes() {
    let mut expendable = facts(1, "small", 2 * MIB);
    expendable.oom_score_adj = 900;
    let processes = vec![
        facts(2, "big", 500 * MIB),
        facts(3, "first", 300 * MIB),
        facts(4, "second", 5 * MIB),
        expendable,
        facts(5, "keep", 900 * MIB),
        facts(6, "bigger", 600 * MIB),
    ];
    let plan = make(processes, RULES, 10_000 * MIB);
    assert_eq!(chosen(&plan), [1, 4, 3, 6, 2]);
    assert_eq!(plan.protected[0].rule, "protect name=keep");
    assert_eq!(plan.victims[1].reason, "prefer name=second, frees 5 MiB");
    assert_eq!(plan.predicted_bytes, 1407 * MIB);
}

#[test]
fn stops_as_soon_as_the_need_is_covered() {
    let processes =
        vec![facts(1, "a", 300 * MIB), facts(2, "b", 200 * MIB), facts(3, "c", 100 * MIB)];
    let plan = make(processes, "version: 1", 301 * MIB);
    assert_eq!(chosen(&plan), [1, 2]);
    assert_eq!((plan.needed_bytes, plan.predicted_bytes), (301 * MIB, 500 * MIB));
}

#[test]
fn nobody_dies_for_less_than_a_mebibyte() {
    let mut tiny = facts(1, "tiny", MIN_FREED - 1);
    tiny.oom_score_adj = 1000;
    let plan = make(vec![tiny], "version: 1", 10 * MIB);
    assert!(chosen(&plan).is_empty());
    assert_eq!(plan.victims[0].reason, "frees less than 1 MiB");
}

/// Five processes that share 300 MiB and own 20 each: killing one frees 20, killing all frees 400.
#[test]
fn the_copy_on_write_family_is_not_taken_for_the_culprit() {
    let sharer = |pid| {
        let mut one = facts(pid, "server", 20 * MIB);
        one.subject.exe = "/bin/server".to_owned();
        one.at_most = 320 * MIB;
        one.frees = Some(Frees { private: 20 * MIB, anon_share: 80 * MIB, swap: 0 });
        one
    };
    let mut processes: Vec<Facts> = (1..=5).map(sharer).collect();
    processes.push(facts(9, "culprit", 200 * MIB));
    let plan = make(processes.clone(), "version: 1", 150 * MIB);
    assert_eq!(chosen(&plan), [9]);
    let all = make(processes, "version: 1", 10_000 * MIB);
    assert_eq!(all.predicted_bytes, 600 * MIB);
}

#[test]
fn a_policy_that_protects_nearly_everything_is_warned_about() {
    let plan = make(vec![facts(1, "keep", 900 * MIB)], RULES, MIB);
    assert!(plan.warnings[0].contains("900 MiB"), "{:?}", plan.warnings);
    let fine = make(vec![facts(1, "keep", 90 * MIB), facts(2, "x", 900 * MIB)], RULES, MIB);
    assert!(fine.warnings.is_empty());
}

fn any_process() -> impl Strategy<Value = Facts> {
    let name = prop_oneof!["keep", "first", "second", "other"];
    (2i32..400, name, 0u64..2_000, any::<bool>(), -1000i32..=1000, any::<bool>()).prop_map(
        |(pid, name, mib, measured, adj, builtin)| {
            let mut one = facts(pid, &name, mib * MIB / 2);
            one.oom_score_adj = adj;
            one.frees = one.frees.filter(|_| measured);
            one.builtin = builtin.then(|| "builtin".to_owned());
            one
        },
    )
}

proptest! {
    #[test]
    fn what_must_hold_for_any_machine(
        processes in proptest::collection::vec(any_process(), 0..40),
        needed in 0u64..100_000,
        limit in 0usize..6,
    ) {
        let policy = Policy::parse(RULES, Origin::Node).unwrap().policy;
        let snapshot = Snapshot { processes: processes.clone(), missing: vec![] };
        let goal = Goal { max_victims: limit, ..goal(needed * MIB) };
        let made = plan(&snapshot, &policy, &goal);
        prop_assert_eq!(&plan(&snapshot, &policy, &goal), &made);

        let victims: Vec<_> = made.victims.iter().collect();
        prop_assert_eq!(victims.len() + made.protected.len(), processes.len());
        let taken: Vec<_> = victims.iter().filter(|v| v.chosen).collect();
        prop_assert!(taken.len() <= limit);
        for victim in &taken {
            prop_assert!(victim.score_bytes >= MIN_FREED);
            prop_assert!(!victim.reason.contains("not measured"));
            prop_assert!(!victim.name.contains("keep"));
        }
        // Without the last victim the need would not have been covered.
        if let Some((last, rest)) = taken.split_last() {
            let without: u64 = rest.iter().map(|v| v.score_bytes).sum();
            prop_assert!(without < made.needed_bytes, "{} {}", last.pid, without);
        } else {
            let able = victims.iter().any(|v| v.score_bytes >= MIN_FREED && !v.reason.contains("not measured"));
            prop_assert!(made.needed_bytes == 0 || limit == 0 || !able);
        }
        prop_assert!(victims.iter().enumerate().all(|(at, v)| v.rank as usize == at + 1));
    }

    /// A new process that is protected changes nothing for the others.
    #[test]
    fn a_protected_newcomer_changes_no_decision(
        processes in proptest::collection::vec(any_process(), 0..20),
        needed in 0u64..50_000,
    ) {
        let before = make(processes.clone(), RULES, needed * MIB);
        let mut more = processes;
        more.push(facts(1000, "keeper", 5_000 * MIB));
        prop_assert_eq!(chosen(&make(more, RULES, needed * MIB)), chosen(&before));
    }
}
