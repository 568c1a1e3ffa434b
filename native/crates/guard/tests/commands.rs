//! The commands as a person or a script uses them.

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use support::*;

fn guard(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pitcrew-guard")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, content: &str) -> Self {
        let file = format!("pitcrew-{name}-{}.yaml", std::process::id());
        let path = std::env::temp_dir().join(file);
        std::fs::write(&path, content).unwrap();
        File(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn check_names_line_and_column() {
    let file = File::new("wrong", "version: 1\nprotect:\n  - nmae: x\n");
    let found = guard(&["check", file.path()]);
    assert_eq!(found.status.code(), Some(2));
    assert!(text(&found.stdout).contains(":3:5: unknown key `nmae`"), "{found:?}");
    assert!(text(&found.stdout).contains("did you mean `name`?"));
    let json = guard(&["check", file.path(), "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["ok"], &json["errors"][0]["line"]), (&false.into(), &3.into()));
    let fine = File::new("fine", PROTECT_BYSTANDER);
    assert_eq!(guard(&["check", fine.path()]).status.code(), Some(0));
    assert_eq!(guard(&["check", "/nonexistent/policy"]).status.code(), Some(3));
}

#[test]
fn victims_lists_the_scope_and_the_protected() {
    let Some(cgroup) = Cgroup::new(200 * MIB) else { return };
    let leaker = cgroup.load(&["hold", "--bytes", "90MiB"]);
    let bystander = cgroup.load(&["hold", "--bytes", "2MiB", "--name", "bystander"]);
    let file = File::new("victims", PROTECT_BYSTANDER);
    let scope = cgroup.scope();
    let found = guard(&["victims", "--policy", file.path(), "--scope", &scope, "--json"]);
    let json: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(json["victims"][0]["rank"], 1);
    assert_eq!(json["victims"][0]["pid"], leaker.pid());
    assert!(json["victims"][0]["scoreBytes"].as_u64().unwrap() > 89 * MIB);
    assert_eq!(json["protected"][0]["pid"], bystander.pid());
    assert_eq!(json["protected"][0]["rule"], "protect name=bystander");
    assert_eq!(json["level"], "ok");
    assert!(json["headroomBytes"].as_u64().unwrap() > 90 * MIB);
}

#[test]
fn wrong_use_and_missing_things_have_their_own_exit_codes() {
    assert_eq!(guard(&["run"]).status.code(), Some(2));
    assert_eq!(guard(&["victims", "--scope", "cgroup:/../x"]).status.code(), Some(2));
    assert_eq!(guard(&["victims", "--scope", "cgroup:/no-such"]).status.code(), Some(3));
    assert_eq!(guard(&["--help"]).status.code(), Some(0));
}

#[test]
fn the_guard_itself_its_parents_and_pid_1_are_never_victims() {
    let found = guard(&["victims", "--json"]);
    let json: Value = serde_json::from_slice(&found.stdout).unwrap();
    let listed = |list: &str, pid: u64| {
        json[list].as_array().unwrap().iter().any(|entry| entry["pid"] == pid)
    };
    for pid in [1, u64::from(std::process::id())] {
        assert!(listed("protected", pid) && !listed("victims", pid), "{pid}");
    }
}

#[test]
fn two_guards_do_not_share_a_journal_or_socket() {
    let guard = Guard::observing("version: 1");
    let dir = guard.journal_dir();
    let second = Command::new(env!("CARGO_BIN_EXE_pitcrew-guard"))
        .args(["run", "--observe", "--journal", dir.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("already uses the journal"));
}

#[test]
fn ends_on_sigterm_and_with_its_death_pipe() {
    // Ready once it has said what it does.
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pitcrew-guard"));
        command.args(["run", "--observe"]).env("PITCREW_DEATH_PIPE", "1");
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        assert!(line.contains("observing"), "{line}");
        (child, stderr)
    };
    let (mut child, _stderr) = start();
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let (mut child, _stderr) = start();
    // SAFETY: this ends a child of this very test.
    unsafe { libc::kill(child.id() as i32, libc::SIGTERM) };
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
