//! The reflex on a real leak.

mod support;

use pitcrew_contract::guard::{Intervention, OrderStatus};
use std::io::BufRead;
use support::*;

const POLICY: &str = "version: 1
sensitivity: { critical: 20%, urgent: 30%, warning: 40%, sustained: 0, cooldown: 5m }
protect:
  - name: bystander
target: { headroom: 50% }
grace: 0
";

fn next(lines: &mut impl BufRead) -> Intervention {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[test]
fn acts_before_the_kernel_does_and_supersedes_a_late_order() {
    let Some(cgroup) = Cgroup::new(400 * MIB) else { return };
    let scope = cgroup.scope();
    let late = order("run/late", &scope, "99%");
    let mut guard = Guard::start(POLICY, &["--scope", &scope]);
    let mut lines = guard.stdout();
    let mut bystander = cgroup.load(&["hold", "--bytes", "30MiB", "--name", "bystander"]);
    let mut leaker = cgroup.load(&["leak", "--rate", "40MiB/s", "--max", "390MiB"]);
    let intervention = next(&mut lines);
    assert_eq!(intervention.cause, "reflex");
    assert_eq!(intervention.kills.len(), 1);
    assert_eq!(intervention.kills[0].pid, leaker.pid());
    assert!(!intervention.observed && intervention.group_freed_bytes > 100 * MIB);
    assert!(intervention.recovered_ms.is_some());
    assert!(!leaker.is_alive() && bystander.is_alive());
    assert_eq!(cgroup.oom_kills(), 0);

    let outcome = guard.order(&late).unwrap();
    assert_eq!(outcome.status, OrderStatus::Superseded);
    assert_eq!(outcome.superseded_by, Some(intervention.id));
    assert!(bystander.is_alive());
}

#[test]
fn only_tells_what_it_would_do_when_it_observes() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let mut hog = cgroup.load(&["hold", "--bytes", "170MiB"]);
    let scope = cgroup.scope();
    let mut guard = Guard::start(POLICY, &["--observe", "--scope", &scope]);
    let intervention = next(&mut guard.stdout());
    assert!(intervention.observed && intervention.kills.is_empty());
    let chosen = intervention.plan.victims.iter().filter(|victim| victim.chosen);
    assert_eq!(chosen.map(|victim| victim.pid).collect::<Vec<_>>(), [hog.pid()]);
    assert!(hog.is_alive());
}
