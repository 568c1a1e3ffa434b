//! Policies as people write them, right and wrong.

use pitcrew_policy::{Amount, Mistake, Origin, Policy, Sensitivity, Subject, Thresholds};
use proptest::prelude::*;
use std::time::Duration;

fn policy(text: &str) -> Policy {
    Policy::parse(text, Origin::Node).unwrap().policy
}

fn mistakes(text: &str) -> Vec<Mistake> {
    Policy::parse(text, Origin::Node).unwrap_err()
}

fn process(name: &str, exe: &str) -> Subject {
    Subject { name: name.to_owned(), exe: exe.to_owned(), ..Subject::default() }
}

const EXAMPLE: &str = "version: 1
sensitivity: high
protect:
  - name: python
  - cmdline: vehicle-control
  - unit: ssh.service
    uid: 0
prefer:
  - name: logcollect
  - name: batch-*
target: { headroom: 10% }
grace: 2s
";

#[test]
fn reads_the_documented_example() {
    let policy = policy(EXAMPLE);
    assert_eq!(policy.grace(), Duration::from_secs(2));
    assert_eq!(policy.target(), Amount::Percent(10.0));
    assert_eq!(policy.thresholds(), Thresholds::of(Sensitivity::High));
    assert_eq!(policy.hash().len(), 64);
}

#[test]
fn a_name_matches_comm_or_the_executables_file_name() {
    let policy = policy(EXAMPLE);
    assert_eq!(
        policy.protects(&process("worker", "/usr/bin/python3.11")).unwrap().text(),
        "name=python"
    );
    assert!(policy.protects(&process("python3", "")).is_some());
    assert!(policy.protects(&process("perl", "/opt/python/perl")).is_none());
}

#[test]
fn all_fields_of_a_rule_must_match() {
    let policy = policy(EXAMPLE);
    let mut sshd = process("sshd", "/usr/sbin/sshd");
    sshd.cgroups = vec!["/system.slice/ssh.service".to_owned()];
    assert!(policy.protects(&sshd).is_some());
    sshd.uid = 1000;
    assert!(policy.protects(&sshd).is_none());
}

#[test]
fn prefer_keeps_its_order() {
    let policy = policy(EXAMPLE);
    assert_eq!(policy.prefers(&process("batch-7", "")).unwrap().0, 1);
    assert_eq!(policy.prefers(&process("logcollectd", "")).unwrap().0, 0);
    assert!(policy.prefers(&process("nginx", "")).is_none());
}

#[test]
fn every_mistake_has_its_place_and_a_hint() {
    let found = mistakes(
        "version: 2\nprotct: []\nsensitivity: meduim\nprotect:\n  - nam: x\n  - name: /(/\ngrace: 2\n\
         target: { headroom: 300% }\n",
    );
    let places: Vec<(usize, usize)> = found.iter().map(|m| (m.line, m.column)).collect();
    assert_eq!(places, [(1, 10), (2, 1), (3, 14), (5, 5), (6, 11), (7, 8), (8, 21)]);
    assert_eq!(found[1].hint.as_deref(), Some("did you mean `protect`?"));
    assert_eq!(found[2].hint.as_deref(), Some("did you mean `medium`?"));
    assert!(found[4].message.contains("regex"));
    assert!(found[5].message.contains("2s"), "{}", found[5]);
}

#[test]
fn broken_yaml_says_where() {
    let found = mistakes("version: 1\nprotect:\n  - name: [\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].line >= 3, "{}", found[0]);
    assert!(mistakes("")[0].message.contains("version"));
    assert!(mistakes("protect: []\n")[0].hint.as_deref().unwrap().contains("version: 1"));
    assert!(mistakes("version: 1\nversion: 1\n")[0].message.contains("twice"));
    assert!(mistakes("- a\n")[0].message.contains("map"));
    assert!(mistakes("version: 1\nprotect:\n  - &a name: x\n")[0].message.contains("anchors"));
}

#[test]
fn a_protection_of_everything_is_warned_about() {
    let parsed = Policy::parse("version: 1\nprotect:\n  - name: '*'\n", Origin::Node).unwrap();
    assert_eq!((parsed.warnings[0].line, parsed.warnings[0].column), (3, 5));
    let text = "version: 1\nprotect:\n  - name: '*'\n    uid: 3\n";
    assert!(Policy::parse(text, Origin::Node).unwrap().warnings.is_empty());
    assert!(mistakes("version: 1\nprotect:\n  - name: ''\n")[0].message.contains("everything"));
}

#[test]
fn thresholds_start_from_a_base_and_keep_their_order() {
    let text =
        "version: 1\nsensitivity: { base: low, warning: 2GiB, pressure: 3%, sustained: 0 }\n";
    let found = policy(text).thresholds();
    assert_eq!(found.warning, Amount::Bytes(2 << 30));
    assert_eq!((found.urgent, found.pressure), (Amount::Percent(5.0), 3.0));
    assert_eq!(found.sustained, Duration::ZERO);
    let wrong = mistakes("version: 1\nsensitivity: { critical: 30% }\n");
    assert!(wrong[0].message.contains("critical"));
}

#[test]
fn protection_only_grows_by_merging_and_the_node_wins_the_rest() {
    let node = policy("version: 1\nprotect:\n  - name: a\ngrace: 1s\nprefer:\n  - name: x\n");
    let text = "version: 1\nprotect:\n  - name: b\ngrace: 9s\ntarget: {headroom: 7%}\nprefer:\n  - name: y\n";
    let central = Policy::parse(text, Origin::Central).unwrap().policy;
    let both = node.merge(&central);
    assert!(both.protects(&process("a", "")).is_some());
    assert_eq!(both.protects(&process("b", "")).unwrap().origin(), Origin::Central);
    assert_eq!((both.grace(), both.target()), (Duration::from_secs(1), Amount::Percent(7.0)));
    assert_eq!(both.prefers(&process("y", "")).unwrap().0, 1);
    assert_ne!(both.hash(), node.hash());
}

proptest! {
    #[test]
    fn parsing_never_panics(text: String, near in "version: 1\n(protect|prefer|sensitivity|target|grace):[ \n\\-{}\\[\\]a-z0-9:,%&*!'\"|>#]{0,60}") {
        for text in [text, near] {
            if let Err(mistakes) = Policy::parse(&text, Origin::Node) {
                prop_assert!(!mistakes.is_empty());
                prop_assert!(mistakes.iter().all(|m| m.line >= 1 && m.column >= 1));
            }
        }
    }

    #[test]
    fn what_either_policy_protects_stays_protected(a in "[a-c]{1,2}", b in "[a-c]{1,2}", name in "[a-c]{0,4}") {
        let make = |pattern: &str, origin| {
            let text = format!("version: 1\nprotect:\n  - name: {pattern}\n");
            Policy::parse(&text, origin).unwrap().policy
        };
        let (node, central) = (make(&a, Origin::Node), make(&b, Origin::Central));
        let subject = process(&name, "");
        let either = node.protects(&subject).is_some() || central.protects(&subject).is_some();
        prop_assert_eq!(node.merge(&central).protects(&subject).is_some(), either);
    }
}
