//! Traps that other guards fell into, and processes that try to confuse this one.

mod support;

use pitcrew_contract::guard::KillPlan;
use support::*;

fn plan(guard: &Guard, cgroup: &Cgroup) -> KillPlan {
    guard.client().call("plan", &plan_of(&cgroup.scope(), "50%"), None).unwrap()
}

fn chosen(plan: &KillPlan) -> Vec<i32> {
    plan.victims.iter().filter(|victim| victim.chosen).map(|victim| victim.pid).collect()
}

#[test]
fn a_file_in_shared_memory_is_not_freed_by_killing_who_maps_it() {
    let Some(cgroup) = Cgroup::new(300 * MIB) else { return };
    let file = std::path::Path::new("/dev/shm").join(format!("pitcrew-{}", std::process::id()));
    let path = file.to_str().unwrap();
    let holder = cgroup.load(&["hold", "--bytes", "150MiB", "--shm", path]);
    let _ = std::fs::metadata(&file).unwrap();
    let culprit = cgroup.load(&["hold", "--bytes", "60MiB"]);
    let guard = Guard::observing("version: 1");
    let plan = plan(&guard, &cgroup);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(plan.victims[0].pid, culprit.pid());
    assert!(!chosen(&plan).contains(&holder.pid()));
    let of_holder = plan.victims.iter().find(|victim| victim.pid == holder.pid()).unwrap();
    assert!(of_holder.rss_bytes > 150 * MIB && of_holder.score_bytes < 5 * MIB, "{of_holder:?}");
}

#[test]
fn a_family_that_shares_its_memory_is_not_killed_for_what_each_seems_to_have() {
    let Some(cgroup) = Cgroup::new(240 * MIB) else { return };
    let family = ["hold", "--bytes", "90MiB", "--children", "4", "--own", "4MiB"];
    let family = cgroup.load(&family);
    let culprit = cgroup.load(&["hold", "--bytes", "60MiB"]);
    let guard = Guard::observing("version: 1");
    let plan = plan(&guard, &cgroup);
    assert_eq!(chosen(&plan), [culprit.pid()]);
    for victim in plan.victims.iter().filter(|victim| family.children.contains(&victim.pid)) {
        assert!(victim.rss_bytes > 90 * MIB && victim.score_bytes < 10 * MIB, "{victim:?}");
    }
}

#[test]
fn hostile_names_are_shown_harmlessly_and_do_not_protect() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let name = "\x1b[2J) R 1\n(x";
    let mut hostile = cgroup.load(&["hold", "--bytes", "90MiB", "--name", name]);
    let guard = Guard::observing(PROTECT_BYSTANDER);
    let outcome = guard.order(&order("run/hostile", &cgroup.scope(), "80%")).unwrap();
    assert_eq!(outcome.kills[0].pid, hostile.pid());
    assert_eq!(outcome.kills[0].name, "\\x1b[2J) R 1\\n(x");
    assert!(!hostile.is_alive());
    assert!(!guard.journal().contains('\x1b'));
}

#[test]
fn what_the_supervisor_starts_anew_is_protected_like_what_it_started_before() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let guard = Guard::supervised("version: 1");
    let later = cgroup.load(&["hold", "--bytes", "90MiB"]);
    let plan = plan(&guard, &cgroup);
    assert_eq!(chosen(&plan), [0; 0]);
    let spared = plan.protected.iter().find(|spared| spared.pid == later.pid()).unwrap();
    assert_eq!(spared.rule, "builtin pitcrew's own process");
}
