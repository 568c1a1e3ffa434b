//! Machines made of a temporary directory.

use pitcrew_cgroup::Scope;
use pitcrew_panorama::{Budget, Error, Explained, Machine};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const MEMINFO: &str = "MemTotal: 1000000 kB\nMemFree: 400000 kB\nAnonPages: 300000 kB\n\
    Cached: 200000 kB\nBuffers: 10000 kB\nShmem: 50000 kB\nActive(file): 90000 kB\n\
    Inactive(file): 70000 kB\n";

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn machine() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "proc/meminfo", MEMINFO);
    write(
        dir.path(),
        "proc/self/mountinfo",
        "30 29 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    );
    write(dir.path(), "sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
    write(dir.path(), "sys/fs/cgroup/memory.stat", "anon 5000\nfile 600\nshmem 0\nkernel 70\n");
    write(dir.path(), "sys/fs/cgroup/cgroup.procs", "1\n");
    dir
}

fn add_process(root: &Path, pid: i32, pages: u64, name: &str) {
    let dir = format!("proc/{pid}");
    let kilobytes = pages * 4;
    write(root, &format!("{dir}/statm"), &format!("{} {pages} 0 0 0 0 0\n", pages * 2));
    write(
        root,
        &format!("{dir}/status"),
        &format!("Name:\tx\nUid:\t0\t7\t0\t0\nVmRSS:\t{kilobytes} kB\nVmSwap:\t8 kB\n"),
    );
    let rest = "0 ".repeat(50);
    write(root, &format!("{dir}/stat"), &format!("{pid} ({name}) S 1 1 1 {rest}\n"));
    write(root, &format!("{dir}/cgroup"), "0::/app/one\n");
    write(
        root,
        &format!("{dir}/smaps_rollup"),
        &format!("0-1 ---p 0 00:00 0 [rollup]\nRss: {kilobytes} kB\nPss: {} kB\n", kilobytes / 2),
    );
}

fn explain(dir: &TempDir, scope: &str) -> Result<Explained, Error> {
    Machine::below(dir.path()).explain(&Scope::parse(scope).unwrap(), Budget::default())
}

#[test]
fn parts_and_residual_make_the_whole() {
    let found = explain(&machine(), "node").unwrap();
    let sum: u64 = found.parts.iter().map(|part| part.bytes).sum();
    assert_eq!(sum as i64 + found.residual_bytes, found.total_bytes as i64);
    assert_eq!(found.residual_bytes, 90_000 << 10);
    let absent = found.missing.iter().find(|m| m.source == "/proc/meminfo").unwrap();
    assert!(absent.reason.contains("Percpu"), "{}", absent.reason);
}

#[test]
fn the_largest_process_comes_first_and_the_small_ones_are_summed() {
    let dir = machine();
    for pid in 100..200 {
        add_process(dir.path(), pid, 10, "small");
    }
    add_process(dir.path(), 7, 5000, "large\nname");
    let found = explain(&dir, "node").unwrap();
    let first = &found.processes[0];
    assert_eq!((first.pid, first.name.as_str(), first.uid), (7, "large\\nname", 7));
    assert_eq!((first.rss_bytes, first.pss_bytes), (20_000 << 10, Some(10_000 << 10)));
    assert_eq!(first.cgroup, "/app/one");
    let others = found.processes.last().unwrap();
    assert_eq!((others.pid, others.name.as_str()), (0, "41 others"));
    assert_eq!(others.rss_bytes, (41 * 40) << 10);
}

#[test]
fn entries_that_vanish_half_way_are_left_out() {
    let dir = machine();
    add_process(dir.path(), 7, 50, "whole");
    // Listed and gone; gone after its size was read; gone before its rollup.
    fs::create_dir_all(dir.path().join("proc/8")).unwrap();
    write(dir.path(), "proc/9/statm", "100 60 0 0 0 0 0\n");
    add_process(dir.path(), 10, 70, "no rollup");
    fs::remove_file(dir.path().join("proc/10/smaps_rollup")).unwrap();
    let found = explain(&dir, "node").unwrap();
    let seen: Vec<_> = found.processes.iter().map(|p| (p.pid, p.pss_bytes.is_some())).collect();
    assert_eq!(seen, [(10, false), (7, true)]);
    assert!(found.missing.iter().any(|m| m.source == "smaps_rollup"));
}

#[test]
fn cgroups_are_read_and_the_scope_gets_its_own_breakdown() {
    let dir = machine();
    for (path, anon) in [("app", 4000), ("app/one", 3000)] {
        let at = format!("sys/fs/cgroup/{path}");
        write(dir.path(), &format!("{at}/memory.stat"), &format!("anon {anon}\nfile 1\n"));
        write(dir.path(), &format!("{at}/memory.current"), &format!("{}\n", anon + 1));
        write(dir.path(), &format!("{at}/memory.max"), "8192\n");
        write(dir.path(), &format!("{at}/cgroup.procs"), "7\n8\n");
    }
    let found = explain(&dir, "cgroup:/app/one").unwrap();
    let paths: Vec<_> = found.cgroups.iter().map(|c| c.path.as_str()).collect();
    assert_eq!(paths, ["/", "/app", "/app/one"]);
    assert_eq!(found.cgroups[0].usage_bytes, 5670);
    let own = found.scope_cgroup.unwrap();
    assert_eq!((own.anon_bytes, own.limit_bytes, own.processes), (3000, Some(8192), 2));
    assert!(matches!(explain(&dir, "cgroup:/nobody"), Err(Error::NoSuchCgroup(_))));
}

#[test]
fn the_processes_of_the_scope_are_shown_however_small_they_are() {
    let dir = machine();
    write(dir.path(), "sys/fs/cgroup/app/one/memory.stat", "anon 30\n");
    write(dir.path(), "sys/fs/cgroup/app/one/memory.max", "max\n");
    write(dir.path(), "sys/fs/cgroup/app/one/cgroup.procs", "");
    // Below the cgroup of the scope.
    write(dir.path(), "sys/fs/cgroup/app/one/inner/cgroup.procs", "7\n");
    add_process(dir.path(), 7, 3, "tiny");
    for pid in 100..200 {
        add_process(dir.path(), pid, 1000, "large");
    }
    let seen = |scope: &str| {
        let found = explain(&dir, scope).unwrap();
        found.processes.iter().any(|process| process.pid == 7)
    };
    assert!(seen("cgroup:/app/one"));
    assert!(!seen("node"), "among the largest of the machine it is not");
}

#[test]
fn without_cgroups_the_rest_is_still_explained() {
    let dir = machine();
    write(dir.path(), "proc/self/mountinfo", "");
    let found = explain(&dir, "node").unwrap();
    assert!(found.cgroups.is_empty());
    assert!(found.missing.iter().any(|m| m.source == "cgroups"));
}

#[test]
fn a_spent_budget_is_said_and_never_exceeded_by_much() {
    let dir = machine();
    for pid in 1..500 {
        add_process(dir.path(), pid, 10, "p");
    }
    let budget = Budget { processes: Duration::ZERO, cgroups: Duration::ZERO };
    let found = Machine::below(dir.path()).explain(&Scope::Node, budget).unwrap();
    let reason = |source: &str| {
        found.missing.iter().find(|m| m.source == source).map(|m| m.reason.clone()).unwrap()
    };
    assert!(reason("processes").contains("of 499 processes"), "{}", reason("processes"));
    assert!(reason("cgroups").contains("time budget"), "{}", reason("cgroups"));
}

#[test]
fn a_machine_without_meminfo_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let error = explain(&dir, "node").unwrap_err();
    assert!(error.to_string().contains("meminfo"), "{error}");
}
