//! A guard that has seen many orders: bounded in memory and on disk, and it forgets no key.

mod support;

use pitcrew_contract::envelope::ErrorCode;
use pitcrew_contract::guard::{GuardStatus, InterventionsPage, Order, OrderStatus};
use serde_json::{json, Value};
use std::os::unix::fs::MetadataExt;
use support::*;

/// Large orders: together far more than the journal may hold.
const MANY: usize = 200;
/// Large interventions: more than one page, and than a guard may hold at once.
const INTERVENTIONS: usize = 50;
/// What a guard may use; a debug build is larger by itself.
const MOST_RSS: u64 = if cfg!(debug_assertions) { 8 << 20 } else { 4_000_000 };

/// An order that does nothing but carries a large policy.
fn large(number: usize, scope: &str) -> Order {
    let policy = format!("version: 1\n# {}\n", "x".repeat(60_000));
    let key = format!("run-{number}/relieve");
    Order { central_policy: Some(policy), ..order(&key, scope, "1%") }
}

fn file(guard: &Guard) -> (u64, u64) {
    let meta = std::fs::metadata(guard.journal_dir().join("journal")).unwrap();
    (meta.len(), meta.ino())
}

fn rss(guard: &Guard) -> u64 {
    guard.client().call::<GuardStatus>("status", &json!({}), None).unwrap().rss_bytes
}

#[test]
fn many_large_orders_stay_small_and_are_known_for_ever() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let mut guard = Guard::observing("version: 1");
    let (mut largest, mut most, mut rewrites) = (0, 0, 0);
    let (_, mut inode) = file(&guard);
    let orders: Vec<Order> = (0..MANY).map(|number| large(number, &cgroup.scope())).collect();
    for order in &orders {
        let outcome = guard.order(order).unwrap();
        assert_eq!(outcome.status, OrderStatus::NotNeeded);
        let (bytes, now) = file(&guard);
        largest = largest.max(bytes);
        most = most.max(rss(&guard));
        rewrites += usize::from(now != inode);
        inode = now;
    }
    eprintln!("journal at most {largest} B, {rewrites} rewrites, at most {most} B resident");
    assert!(largest < 12 << 20, "{largest} B on disk");
    assert!((1..=6).contains(&rewrites), "{rewrites} rewrites");
    assert!(most < MOST_RSS, "{most} B resident");
    assert!(guard.order(&orders[MANY - 1]).unwrap().replayed);
    guard.kill();
    guard.restart();
    // What became of the first is forgotten, not that it was carried out.
    assert_eq!(code(guard.order(&orders[0])), ErrorCode::Internal);
    assert!(rss(&guard) < MOST_RSS);
}

#[test]
fn many_large_interventions_are_listed_in_pages_that_fit_a_small_guard() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let _load = cgroup.load(&["hold", "--bytes", "40MiB"]);
    let mut guard = Guard::observing("version: 1");
    let plan: Value = guard.client().call("plan", &plan_of(&cgroup.scope(), "99%"), None).unwrap();
    let assess = json!({"scope": cgroup.scope()});
    let before: Value = guard.client().call("assess", &assess, None).unwrap();
    guard.kill();
    let mut plan = plan;
    let victim = plan["victims"][0].clone();
    plan["victims"] = Value::Array(vec![victim; 100]);
    let mut journal = pitcrew_journal::Journal::open(&guard.journal_dir()).unwrap();
    for number in 0..INTERVENTIONS {
        journal
            .append(&json!({"kind": "reflex", "intervention": {
                "id": format!("i{number}"), "at": at(0), "scope": cgroup.scope(),
                "level": "critical", "figures": before["figures"], "cause": "reflex",
                "plan": plan, "kills": [], "groupFreedBytes": 0, "recoveredMs": null,
                "observed": true,
            }}))
            .unwrap();
    }
    drop(journal);
    guard.restart();
    let (mut after, mut listed) = (json!({"limit": 50}), 0);
    loop {
        let page: InterventionsPage =
            guard.client().call("interventions.list", &after, None).unwrap();
        listed += page.interventions.len();
        let Some(last) = page.interventions.last() else { break };
        if !page.more {
            assert_eq!(last.id, format!("i{}", INTERVENTIONS - 1));
            break;
        }
        after = json!({"limit": 50, "afterId": last.id});
    }
    assert_eq!(listed, INTERVENTIONS);
    let most = rss(&guard);
    eprintln!("{listed} listed, {most} B resident");
    // A page is read, turned into JSON and sent: more than an order, for a moment.
    assert!(most < MOST_RSS * 3 / 2, "{most} B resident");
}
