//! A machine with cgroup v2 that is made of files: what the executable says about it, end to end.

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const MIB: u64 = 1 << 20;

/// A directory that stands for a machine and goes away with the test.
struct Machine(PathBuf);

impl Machine {
    /// 8 GiB, of which 2 are available; the cgroups `/app` (400 MiB) and `/app/job` (no limit).
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("pitcrew-v2-{name}-{}", std::process::id()));
        let machine = Machine(root);
        machine.file("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 2097152 kB\n");
        let mount = "30 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
        machine.file("proc/self/mountinfo", mount);
        machine.file("sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
        machine.cgroup("", &[], None, 6144);
        machine.cgroup("/app", &[40], Some(400), 390);
        machine.cgroup("/app/job", &[41, 42], None, 340);
        machine.file(
            "sys/fs/cgroup/app/memory.pressure",
            "some avg10=30.00 avg60=0 avg300=0 total=9\n",
        );
        machine.process(40, "keeper", "/app", 30);
        machine.process(41, "leaker", "/app/job", 280);
        machine.process(42, "helper", "/app/job", 40);
        machine.process(50, "outsider", "/other", 5000);
        machine
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn cgroup(&self, path: &str, pids: &[i32], limit_mib: Option<u64>, usage_mib: u64) {
        let file = |name: &str, text: &str| self.file(&format!("sys/fs/cgroup{path}/{name}"), text);
        let pids: Vec<String> = pids.iter().map(|pid| format!("{pid}\n")).collect();
        file("cgroup.procs", &pids.concat());
        // A tenth of the limit of /app can be taken back.
        let reclaimable = 30 * MIB;
        file("memory.stat", &format!("anon 1\nfile 2\ninactive_file {reclaimable}\n"));
        if !path.is_empty() {
            let limit = limit_mib.map_or("max".to_owned(), |limit| (limit * MIB).to_string());
            file("memory.max", &format!("{limit}\n"));
            file("memory.current", &format!("{}\n", usage_mib * MIB));
            file("memory.events", "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n");
        }
    }

    fn process(&self, pid: i32, name: &str, cgroup: &str, mib: u64) {
        let file = |file: &str, text: &str| self.file(&format!("proc/{pid}/{file}"), text);
        let kib = mib << 10;
        file(
            "status",
            &format!("Name:\t{name}\nUid:\t0\t0\t0\t0\nVmRSS:\t{kib} kB\nRssAnon:\t{kib} kB\n"),
        );
        file("stat", &format!("{pid} ({name}) S 1 1 1 {}\n", "0 ".repeat(50)));
        file("cgroup", &format!("0::{cgroup}\n"));
        file("cmdline", &format!("{name}\0--serve\0"));
        file("oom_score_adj", "0\n");
        file(
            "smaps_rollup",
            &format!(
                "0-1 ---p 0 00:00 0 [rollup]\nRss: {kib} kB\nPss_Anon: {kib} kB\n\
                 Private_Dirty: {kib} kB\nAnonymous: {kib} kB\n"
            ),
        );
    }

    fn victims(&self, scope: &str, more: &[&str]) -> Output {
        let policy = self.0.join("policy.yaml");
        fs::write(&policy, "version: 1\nprotect:\n  - name: keeper\n").unwrap();
        Command::new(env!("CARGO_BIN_EXE_pitcrew-guard"))
            .args(["victims", "--scope", scope, "--root"])
            .arg(&self.0)
            .arg("--policy")
            .arg(policy)
            .args(more)
            .output()
            .unwrap()
    }

    fn plan(&self, scope: &str) -> Value {
        let found = self.victims(scope, &["--target", "50%", "--json"]);
        assert!(found.status.success(), "{found:?}");
        serde_json::from_slice(&found.stdout).unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(list: &Value) -> Vec<(&str, bool)> {
    let entries = list.as_array().unwrap().iter();
    entries.map(|e| (e["name"].as_str().unwrap(), e["chosen"] == true)).collect()
}

#[test]
fn a_cgroup_is_judged_by_its_own_limit() {
    let machine = Machine::new("limit");
    let plan = machine.plan("cgroup:/app");
    // 400 − (390 − 30): a tenth, no longer urgent.
    assert_eq!((&plan["level"], &plan["headroomBytes"]), (&"warning".into(), &(40 * MIB).into()));
    assert_eq!(plan["neededBytes"], 160 * MIB);
    assert_eq!(names(&plan["victims"]), [("leaker", true), ("helper", false)]);
    assert_eq!(plan["victims"][0]["scoreBytes"], 280 * MIB);
    assert_eq!(plan["victims"][0]["cgroup"], "/app/job");
    assert_eq!(plan["protected"][0]["rule"], "protect name=keeper");
    let said = String::from_utf8(machine.victims("cgroup:/app", &[]).stdout).unwrap();
    let reason = "40 MiB free of 400 MiB (10 %), below the warning threshold of 20 %\n";
    assert!(said.starts_with(reason), "{said}");
}

#[test]
fn a_cgroup_without_a_limit_is_judged_by_its_ancestors() {
    let plan = Machine::new("ancestor").plan("cgroup:/app/job");
    assert_eq!((&plan["level"], &plan["headroomBytes"]), (&"warning".into(), &(40 * MIB).into()));
    // Only its own processes, though.
    assert_eq!(names(&plan["victims"]), [("leaker", true), ("helper", false)]);
    assert_eq!(plan["protected"].as_array().unwrap().len(), 0);
}

#[test]
fn the_machine_is_judged_by_meminfo_and_every_process_counts() {
    let plan = Machine::new("node").plan("node");
    assert_eq!((&plan["level"], &plan["headroomBytes"]), (&"ok".into(), &(2048 * MIB).into()));
    assert_eq!(names(&plan["victims"])[0], ("outsider", true));
}

#[test]
fn nothing_of_this_machine_shows_through() {
    let machine = Machine::new("other");
    let own = std::process::id();
    for list in ["victims", "protected"] {
        let plan = machine.plan("node");
        assert!(plan[list].as_array().unwrap().iter().all(|entry| entry["pid"] != own));
    }
    assert_eq!(machine.victims("cgroup:/nobody", &[]).status.code(), Some(3));
}
