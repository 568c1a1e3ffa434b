//! Real profiles of real processes.

use pitcrew_cgroup::{Controller, Version};
use pitcrew_procfs::Procfs;
use pitcrew_profile::{collapsed, top, Profile};
use pitcrew_profiler::{profile, Error, Options, Scope};
use std::cell::Cell;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A child that burns CPU until it is dropped.
struct Spinner(Child);

impl Spinner {
    fn start(program: &Path, name: &str) -> Self {
        let mut child = Command::new(program)
            .arg(name)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the spinner starts");
        let mut ready = [0; 9];
        child.stdout.as_mut().unwrap().read_exact(&mut ready).expect("the spinner says so");
        Spinner(child)
    }

    fn pid(&self) -> i32 {
        self.0.id() as i32
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn compile(dir: &Path) -> PathBuf {
    compile_from("spinner", dir)
}

fn compile_from(source: &str, dir: &Path) -> PathBuf {
    let program = dir.join(source);
    let status = Command::new("cc")
        // With optimisation, GCC leaves frame pointers out of functions that call nobody.
        .args(["-O0", "-fno-omit-frame-pointer", "-o"])
        .arg(&program)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{source}.c")))
        .status()
        .expect("a C compiler, which Rust needs as well");
    assert!(status.success());
    program
}

fn options(scope: Scope) -> Options {
    Options { scope, hz: 199, duration: Duration::from_millis(1500) }
}

fn run(scope: Scope) -> Profile {
    profile(&options(scope), &|| true).expect("this machine allows eBPF profiles").profile
}

#[test]
fn names_the_hot_function_and_its_caller() {
    let dir = tempfile::tempdir().unwrap();
    let spinner = Spinner::start(&compile(dir.path()), "spinner");
    let found = run(Scope::Process(spinner.pid()));
    assert!(found.samples() > 5, "{} samples", found.samples());
    assert_eq!(found.processes.len(), 1);
    let hottest = &top(&found, 1)[0];
    assert_eq!(hottest.name, "pitcrew_hot_loop");
    assert!(hottest.module.ends_with("/spinner"), "{}", hottest.module);
    let text = collapsed(&found);
    assert!(text.contains("main;pitcrew_hot_caller;pitcrew_hot_loop "), "{text}");
    // What lies below `main` on the stack is no code.
    assert!(!text.contains("[unknown]"), "{text}");
}

#[test]
fn a_binary_deleted_and_a_process_gone_keep_their_names() {
    let dir = tempfile::tempdir().unwrap();
    let program = compile(dir.path());
    let spinner = Cell::new(Some(Spinner::start(&program, "goner")));
    fs::remove_file(&program).unwrap();
    let taken = spinner.take().unwrap();
    let scope = Scope::Process(taken.pid());
    spinner.set(Some(taken));
    let start = Instant::now();
    let found = profile(&options(scope), &|| {
        if start.elapsed() > Duration::from_millis(700) {
            drop(spinner.take());
        }
        true
    })
    .unwrap();
    assert_eq!(found.unseen_processes, 0);
    assert_eq!(top(&found.profile, 1)[0].name, "pitcrew_hot_loop");
}

/// A cgroup of its own with one below it; everything in it must be gone when it is dropped.
struct TestCgroup(PathBuf);

impl TestCgroup {
    fn below(mount: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = mount.join(format!("pitcrew-profiler-test-{}-{nth}", std::process::id()));
        fs::create_dir_all(dir.join("below")).expect("permission to make cgroups");
        TestCgroup(dir)
    }
}

impl Drop for TestCgroup {
    fn drop(&mut self) {
        let _ = fs::remove_dir(self.0.join("below"));
        let _ = fs::remove_dir(&self.0);
    }
}

fn counts_it_and_what_is_below_and_nobody_else(mount: &Path, version: u8) {
    let dir = tempfile::tempdir().unwrap();
    let program = compile(dir.path());
    let cgroup = TestCgroup::below(mount);
    let inside = Spinner::start(&program, "inside");
    fs::write(cgroup.0.join("below/cgroup.procs"), inside.pid().to_string()).unwrap();
    let _outside = Spinner::start(&program, "outside");
    let found = run(Scope::Cgroup { dir: cgroup.0.clone(), version });
    let seen: Vec<_> = found.processes.iter().map(|process| process.pid as i32).collect();
    assert_eq!(seen, [inside.pid()]);
    assert!(found.samples() > 5, "{} samples", found.samples());
}

#[test]
fn a_memory_cgroup_counts_it_and_what_is_below_and_nobody_else() {
    let controller = Controller::find(Path::new("/")).unwrap().expect("a memory controller");
    let version = if controller.version() == Version::V1 { 1 } else { 2 };
    counts_it_and_what_is_below_and_nobody_else(controller.mount(), version);
}

#[test]
fn the_unified_hierarchy_counts_the_same_way() {
    let mounts = Procfs::system().mounts().unwrap();
    // A machine with v1 only has none; the test above covers it.
    if let Some(mount) = mounts.iter().find(|mount| mount.kind == "cgroup2") {
        counts_it_and_what_is_below_and_nobody_else(&mount.point, 2);
    }
}

#[test]
fn a_cgroup_that_does_not_exist_is_not_found() {
    let scope = Scope::Cgroup { dir: PathBuf::from("/sys/fs/cgroup/no/such"), version: 1 };
    assert!(matches!(profile(&options(scope), &|| true).err(), Some(Error::NotFound(_))));
}

#[test]
fn a_binary_with_broken_headers_costs_no_more_than_its_names() {
    let dir = tempfile::tempdir().unwrap();
    let program = compile(dir.path());
    let mut image = fs::read(&program).unwrap();
    // Running needs no section headers, symbols do: their offset, size and number.
    image[0x28..0x30].fill(0xf7);
    image[0x3a..0x40].fill(0xff);
    let broken = dir.path().join("broken");
    fs::write(&broken, image).unwrap();
    fs::set_permissions(&broken, fs::Permissions::from_mode(0o755)).unwrap();
    let spinner = Spinner::start(&broken, "broken");
    let found = run(Scope::Process(spinner.pid()));
    let hottest = &top(&found, 1)[0];
    assert!(hottest.name.starts_with("broken+0x"), "{hottest:?}");
    assert!(found.samples() > 5);
}

#[test]
fn code_made_at_run_time_has_the_name_its_runtime_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let spinner = Spinner::start(&compile_from("jit", dir.path()), "jit");
    let found = run(Scope::Process(spinner.pid()));
    fs::remove_file(format!("/tmp/perf-{}.map", spinner.pid())).unwrap();
    assert_eq!(top(&found, 1)[0].name, "compiled_hot_loop");
}

#[test]
fn a_hostile_process_name_stays_on_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let spinner = Spinner::start(&compile(dir.path()), "a;b\nroot 7");
    let text = collapsed(&run(Scope::Process(spinner.pid())));
    assert!(text.lines().count() > 0);
    for line in text.lines() {
        assert!(line.starts_with("a\\x3bb\\nroot 7;"), "{line}");
    }
}

#[test]
fn a_cancel_ends_it_at_once() {
    let start = Instant::now();
    let long = Options { duration: Duration::from_secs(120), ..options(Scope::Node) };
    let asked = Cell::new(0);
    let outcome = profile(&long, &|| {
        asked.set(asked.get() + 1);
        asked.get() < 3
    });
    assert_eq!(outcome.err(), Some(Error::Cancelled));
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_process_that_does_not_exist_is_not_found() {
    let outcome = profile(&options(Scope::Process(i32::MAX)), &|| true);
    assert!(matches!(outcome.err(), Some(Error::NotFound(_))));
}
