//! Orders on real processes: who dies, who lives, and that nothing happens twice.

mod support;

use pitcrew_contract::envelope::ErrorCode;
use pitcrew_contract::guard::{InterventionsPage, KillOutcome, KillPlan, Level, OrderStatus};
use pitcrew_socket::CallError;
use serde_json::{json, Value};
use std::time::Duration;
use support::*;

#[test]
fn the_leaker_dies_the_protected_lives_and_a_repetition_does_nothing() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let mut leaker = cgroup.load(&["hold", "--bytes", "100MiB", "--name", "leaker"]);
    let mut bystander = cgroup.load(&["hold", "--bytes", "40MiB", "--name", "bystander"]);
    let mut guard = Guard::observing(PROTECT_BYSTANDER);
    let order = order("run-1/relieve", &cgroup.scope(), "60%");

    let dry = guard.order(&pitcrew_contract::guard::Order { dry_run: true, ..order.clone() });
    let dry = dry.unwrap();
    assert_eq!((dry.status, dry.kills.len()), (OrderStatus::DryRun, 0));
    assert!(leaker.is_alive());

    let first = guard.order(&order).unwrap();
    assert_eq!(first.status, OrderStatus::Relieved, "{first:?}");
    assert_eq!(first.kills.len(), 1);
    let chosen = |plan: &KillPlan| -> Vec<i32> {
        plan.victims.iter().filter(|victim| victim.chosen).map(|victim| victim.pid).collect()
    };
    assert_eq!(chosen(&dry.plan), chosen(&first.plan), "a dry run shows what a live run does");
    let kill = &first.kills[0];
    assert_eq!((kill.pid, kill.outcome), (leaker.pid(), KillOutcome::Killed));
    let ratio = kill.freed_bytes as f64 / kill.predicted_bytes as f64;
    assert!((0.85..1.15).contains(&ratio), "freed {ratio} of what was predicted");
    assert!(!first.replayed && first.group_freed_bytes > 80 * MIB);
    assert!(!leaker.is_alive() && bystander.is_alive());

    // The need is there again, but this order has been carried out.
    let mut next = cgroup.load(&["hold", "--bytes", "100MiB", "--name", "leaker"]);
    for minutes in 10..12 {
        // Every attempt of a step comes with a permit of its own, valid for longer.
        let expires_at = at(60 * minutes);
        let again = guard.order(&pitcrew_contract::guard::Order { expires_at, ..order.clone() });
        let again = again.unwrap();
        assert!(again.replayed);
        assert_eq!(again.kills, first.kills);
        guard.kill();
        guard.restart();
    }
    assert!(next.is_alive());
    let recorded: Value =
        guard.client().call("order.get", &json!({"key": order.key}), None).unwrap();
    assert_eq!(recorded["kills"][0]["pid"], leaker.pid());
    let page: InterventionsPage =
        guard.client().call("interventions.list", &json!({}), None).unwrap();
    assert_eq!(page.interventions.len(), 1);
    assert_eq!(page.interventions[0].cause, "order run-1/relieve");
    let after = json!({"afterId": page.interventions[0].id});
    let page: InterventionsPage = guard.client().call("interventions.list", &after, None).unwrap();
    assert!(page.interventions.is_empty() && !page.more);
}

#[test]
fn two_at_the_same_moment_are_one() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let _leakers: Vec<Load> = (0..2).map(|_| cgroup.load(&["hold", "--bytes", "70MiB"])).collect();
    let guard = Guard::observing("version: 1");
    let order = order("run-2/relieve", &cgroup.scope(), "50%");
    let mut clients: Vec<_> = (0..4).map(|_| guard.client()).collect();
    let ids: Vec<u32> =
        clients.iter_mut().map(|client| client.send("order", &order, None).unwrap()).collect();
    let answers: Vec<Value> =
        clients.iter_mut().zip(ids).map(|(client, id)| client.wait(id).unwrap()).collect();
    let fresh = answers.iter().filter(|answer| answer["replayed"] == false).count();
    assert_eq!(fresh, 1);
    assert!(answers.iter().all(|answer| answer["kills"] == answers[0]["kills"]));
    assert_eq!(answers[0]["kills"].as_array().unwrap().len(), 1);
}

#[test]
fn a_killed_guard_resumes_the_same_victim_and_ranks_nobody_anew() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let mut stubborn = cgroup.load(&["hold", "--bytes", "80MiB", "--ignore-term"]);
    let mut guard = Guard::observing("version: 1");
    let mut order = order("run-3/relieve", &cgroup.scope(), "90%");
    order.grace_ms = 8_000;
    order.max_victims = 1;
    let mut client = guard.client();
    client.send("order", &order, None).unwrap();
    eventually("SIGTERM is journalled", || guard.journal().contains("SIGTERM"));
    guard.kill();
    assert!(stubborn.is_alive());

    // Larger than the victim: whoever ranks again takes this one.
    let mut newcomer = cgroup.load(&["hold", "--bytes", "120MiB"]);
    guard.restart();
    order.expires_at = at(600);
    let interrupted = guard.client().call::<Value>("order.get", &json!({"key": order.key}), None);
    assert_eq!(code(interrupted), ErrorCode::NotFound);
    let outcome = guard.order(&order).unwrap();
    assert_eq!(outcome.kills.len(), 1);
    assert_eq!(outcome.kills[0].pid, stubborn.pid());
    assert_eq!((outcome.kills[0].signal.as_str(), outcome.replayed), ("SIGKILL", false));
    assert!(!stubborn.is_alive() && newcomer.is_alive());
    assert_eq!(guard.journal().matches("SIGTERM").count(), 1, "no signal is sent twice");
    assert!(guard.order(&order).unwrap().replayed);
}

#[test]
fn a_victim_that_ended_while_the_guard_was_down_is_not_looked_for_elsewhere() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let stubborn = cgroup.load(&["hold", "--bytes", "80MiB", "--ignore-term"]);
    let mut guard = Guard::observing("version: 1");
    let mut order = order("run-4/relieve", &cgroup.scope(), "90%");
    order.grace_ms = 60_000;
    order.max_victims = 1;
    let mut client = guard.client();
    client.send("order", &order, None).unwrap();
    eventually("SIGTERM is journalled", || guard.journal().contains("SIGTERM"));
    guard.kill();
    let pid = stubborn.pid();
    drop(stubborn);
    let mut other = cgroup.load(&["hold", "--bytes", "40MiB"]);
    guard.restart();
    let outcome = guard.order(&order).unwrap();
    assert_eq!((outcome.kills.len(), outcome.kills[0].pid), (1, pid));
    assert_eq!(outcome.kills[0].outcome, KillOutcome::Exited);
    assert!(other.is_alive());
}

/// A journal whose victim has the pid of a process that was started later.
#[test]
fn a_reused_pid_is_not_signalled() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let mut innocent = cgroup.load(&["hold", "--bytes", "80MiB"]);
    let mut guard = Guard::observing("version: 1");
    let mut order = order("run-5/relieve", &cgroup.scope(), "90%");
    let plan: Value = guard.client().call("plan", &plan_of(&cgroup.scope(), "90%"), None).unwrap();
    let assess = json!({"scope": cgroup.scope()});
    let before: Value = guard.client().call("assess", &assess, None).unwrap();
    guard.kill();
    order.max_victims = 1;
    let mut begun = json!({
        "kind": "begun", "id": "x", "at": order.issued_at, "order": order, "plan": plan,
        "before": before,
    });
    assert_eq!(begun["plan"]["victims"][0]["pid"], innocent.pid());
    begun["plan"]["victims"][0]["startTime"] = json!(innocent.start_time() - 1);
    let mut journal = pitcrew_journal::Journal::open(&guard.journal_dir()).unwrap();
    journal.append(&begun).unwrap();
    drop(journal);
    guard.restart();
    let outcome = guard.order(&order).unwrap();
    assert_eq!(outcome.kills[0].outcome, KillOutcome::PidReused);
    assert_eq!(outcome.status, OrderStatus::Insufficient);
    assert!(innocent.is_alive());
}

/// An order that is begun as a crash would leave it, with a signal to its first victim.
fn interrupted(
    guard: &mut Guard,
    order: &pitcrew_contract::guard::Order,
    signalled: &Load,
) -> pitcrew_journal::Journal {
    let plan: Value = guard.client().call("plan", &plan_of(&order.scope, "99%"), None).unwrap();
    let assess = json!({"scope": order.scope});
    let before: Value = guard.client().call("assess", &assess, None).unwrap();
    guard.kill();
    let mut journal = pitcrew_journal::Journal::open(&guard.journal_dir()).unwrap();
    journal
        .append(&json!({
            "kind": "begun", "id": "interrupted", "at": order.issued_at, "order": order,
            "plan": plan, "before": before,
        }))
        .unwrap();
    journal
        .append(&json!({
            "kind": "signal", "key": order.key, "pid": signalled.pid(),
            "start_time": signalled.start_time(), "signal": "SIGTERM", "at": order.issued_at,
            "headroom": before["headroomBytes"],
        }))
        .unwrap();
    journal
}

#[test]
fn what_an_abandoned_order_did_is_told_and_nobody_is_signalled_for_it() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let first = cgroup.load(&["hold", "--bytes", "90MiB"]);
    let mut second = cgroup.load(&["hold", "--bytes", "50MiB"]);
    let mut guard = Guard::observing("version: 1");
    let mut order = order("run-12/relieve", &cgroup.scope(), "99%");
    order.expires_at = at(-120);
    drop(interrupted(&mut guard, &order, &first));
    let pid = first.pid();
    drop(first);
    guard.restart();
    let list = |guard: &Guard| -> InterventionsPage {
        guard.client().call("interventions.list", &json!({}), None).unwrap()
    };
    eventually("it is told", || !list(&guard).interventions.is_empty());
    let page = list(&guard);
    let told = &page.interventions[0];
    assert_eq!((told.id.as_str(), told.cause.as_str()), ("interrupted", "order run-12/relieve"));
    assert_eq!((told.kills.len(), told.kills[0].pid), (1, pid));
    assert_eq!(told.kills[0].outcome, KillOutcome::Exited);

    // Whoever sends it after all is told the same, whatever the permit.
    order.expires_at = at(300);
    let outcome = guard.order(&order).unwrap();
    assert!(outcome.replayed && outcome.summary.starts_with("interrupted;"), "{outcome:?}");
    assert_eq!((outcome.status, outcome.kills.len()), (OrderStatus::Insufficient, 1));
    assert!(second.is_alive());
    guard.kill();
    guard.restart();
    assert_eq!(list(&guard).interventions.len(), 1, "once, for ever");
}

#[test]
fn an_order_that_was_sent_again_in_time_is_not_abandoned() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let mut first = cgroup.load(&["hold", "--bytes", "90MiB", "--ignore-term"]);
    let mut guard = Guard::observing("version: 1");
    let mut order = order("run-13/relieve", &cgroup.scope(), "99%");
    order.expires_at = at(-120);
    order.grace_ms = 0;
    let mut journal = interrupted(&mut guard, &order, &first);
    let renewed = json!({"kind": "renewed", "key": order.key, "expires_at": at(60)});
    journal.append(&renewed).unwrap();
    drop(journal);
    guard.restart();
    std::thread::sleep(Duration::from_millis(300));
    order.expires_at = at(300);
    let outcome = guard.order(&order).unwrap();
    assert!(!outcome.replayed, "{outcome:?}");
    assert!(!first.is_alive());
    assert!(guard.journal().contains("renewed"));
}

#[test]
fn a_cancel_stops_before_the_next_victim_and_before_sigkill() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let mut stubborn = cgroup.load(&["hold", "--bytes", "90MiB", "--ignore-term"]);
    let mut second = cgroup.load(&["hold", "--bytes", "50MiB"]);
    let guard = Guard::observing("version: 1");
    let mut order = order("run-6/relieve", &cgroup.scope(), "99%");
    order.grace_ms = 300_000;
    let mut client = guard.client();
    let id = client.send("order", &order, None).unwrap();
    eventually("SIGTERM is journalled", || guard.journal().contains("SIGTERM"));
    client.cancel(id).unwrap();
    let outcome = client.wait(id).unwrap();
    assert_eq!(outcome["status"], "cancelled");
    assert_eq!(outcome["kills"].as_array().unwrap().len(), 1);
    assert_eq!(outcome["kills"][0]["outcome"], "failed");
    assert!(stubborn.is_alive() && second.is_alive());
}

#[test]
fn a_cancel_by_whoever_sent_it_again_stops_the_order_itself() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let mut stubborn = cgroup.load(&["hold", "--bytes", "90MiB", "--ignore-term"]);
    let mut second = cgroup.load(&["hold", "--bytes", "50MiB"]);
    let guard = Guard::observing("version: 1");
    let mut order = order("run-9/relieve", &cgroup.scope(), "99%");
    order.grace_ms = 300_000;
    let mut lost = guard.client();
    lost.send("order", &order, None).unwrap();
    eventually("SIGTERM is journalled", || guard.journal().contains("SIGTERM"));
    drop(lost);
    order.expires_at = at(600);
    let mut again = guard.client();
    let id = again.send("order", &order, None).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    again.cancel(id).unwrap();
    let outcome = again.wait(id).unwrap();
    assert_eq!(outcome["status"], "cancelled");
    assert_eq!(outcome["kills"].as_array().unwrap().len(), 1);
    assert!(stubborn.is_alive() && second.is_alive());
}

/// Whoever could cancel an order speaks through its caller.
#[test]
fn an_order_whose_caller_is_gone_waits_to_be_sent_again() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let mut stubborn = cgroup.load(&["hold", "--bytes", "90MiB", "--ignore-term"]);
    let mut second = cgroup.load(&["hold", "--bytes", "50MiB"]);
    let guard = Guard::observing("version: 1");
    let mut order = order("run-10/relieve", &cgroup.scope(), "99%");
    order.grace_ms = 500;
    let mut lost = guard.client();
    lost.send("order", &order, None).unwrap();
    eventually("SIGTERM is journalled", || guard.journal().contains("SIGTERM"));
    drop(lost);
    std::thread::sleep(Duration::from_secs(2));
    assert!(stubborn.is_alive() && second.is_alive());
    let outcome = guard.order(&order).unwrap();
    assert_eq!(outcome.kills.len(), 2);
    assert!(!stubborn.is_alive() && !second.is_alive());
}

#[test]
fn a_victim_that_left_the_scope_in_its_grace_is_not_killed() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let Some(elsewhere) = Cgroup::new(300 * MIB) else { return };
    let mut stubborn = cgroup.load(&["hold", "--bytes", "90MiB", "--ignore-term"]);
    let guard = Guard::observing("version: 1");
    let mut order = order("run-11/relieve", &cgroup.scope(), "99%");
    order.grace_ms = 3_000;
    let mut client = guard.client();
    let id = client.send("order", &order, None).unwrap();
    eventually("SIGTERM is journalled", || guard.journal().contains("SIGTERM"));
    let procs = elsewhere.dir().join("cgroup.procs");
    std::fs::write(procs, stubborn.pid().to_string()).unwrap();
    let outcome = client.wait(id).unwrap();
    assert_eq!(outcome["kills"][0]["outcome"], "protected", "{outcome}");
    assert!(stubborn.is_alive());
    drop(stubborn);
}

#[test]
fn past_the_deadline_the_order_waits_to_be_sent_again() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let mut stubborn = cgroup.load(&["hold", "--bytes", "90MiB", "--ignore-term"]);
    let guard = Guard::observing("version: 1");
    let mut order = order("run-7/relieve", &cgroup.scope(), "90%");
    order.grace_ms = 3_000;
    order.max_victims = 1;
    let short = Some(Duration::from_millis(500));
    let result = guard.client().call::<Value>("order", &order, short);
    assert_eq!(code(result), ErrorCode::DeadlineExceeded);
    let outcome = guard.order(&order).unwrap();
    assert_eq!(outcome.kills[0].pid, stubborn.pid());
    assert!(!stubborn.is_alive());
    assert!(guard.journal().matches("SIGTERM").count() <= 1);
}

#[test]
fn what_must_be_refused_is_refused_and_changes_nothing() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let mut load = cgroup.load(&["hold", "--bytes", "90MiB"]);
    let guard = Guard::observing("version: 1");
    let good = order("run-8/relieve", &cgroup.scope(), "99%");
    let with = |change: &dyn Fn(&mut pitcrew_contract::guard::Order)| {
        let mut order = good.clone();
        change(&mut order);
        code(guard.order(&order))
    };
    assert_eq!(with(&|o| o.scope = "node".to_owned()), ErrorCode::Refused);
    assert_eq!(with(&|o| o.scope = "cgroup:/".to_owned()), ErrorCode::Refused);
    assert_eq!(with(&|o| o.expires_at = o.issued_at.clone()), ErrorCode::Refused);
    assert_eq!(with(&|o| o.scope = "cgroup:/no-such".to_owned()), ErrorCode::NotFound);
    assert_eq!(with(&|o| o.scope = "cgroup:/../x".to_owned()), ErrorCode::InvalidArgument);
    assert_eq!(with(&|o| o.target = Some("200%".to_owned())), ErrorCode::InvalidArgument);
    assert_eq!(with(&|o| o.key = "a\nb".to_owned()), ErrorCode::InvalidArgument);
    assert_eq!(with(&|o| o.max_victims = 0), ErrorCode::InvalidArgument);
    assert_eq!(with(&|o| o.expires_at = "soon".to_owned()), ErrorCode::InvalidArgument);
    let central = "version: 1\nprotect: 3\n".to_owned();
    match guard
        .order(&pitcrew_contract::guard::Order { central_policy: Some(central), ..good.clone() })
    {
        Err(CallError::Refused(error)) => {
            assert!(error.message.contains("2:10"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    assert!(load.is_alive());

    let calm = pitcrew_contract::guard::Order {
        min_level: Level::Critical,
        key: "run-8/calm".to_owned(),
        ..good.clone()
    };
    assert_eq!(guard.order(&calm).unwrap().status, OrderStatus::NotNeeded);
    let central = Some("version: 1\nprotect:\n  - name: pitcrew-load\n".to_owned());
    let spared = pitcrew_contract::guard::Order { central_policy: central, ..good.clone() };
    let spared = guard.order(&spared).unwrap();
    assert_eq!(spared.status, OrderStatus::Insufficient);
    assert!(spared
        .plan
        .protected
        .iter()
        .any(|p| p.rule == "protect name=pitcrew-load (central policy)"));
    assert!(load.is_alive());
    assert_eq!(code(guard.order(&good)), ErrorCode::Refused, "same key, other content");
}
