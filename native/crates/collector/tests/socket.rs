//! The collector as the node runner meets it: on its socket.

mod support;

use pitcrew_contract::collector::{
    CollectorStatus, GpuStatus, Panorama, PanoramaParams, PanoramaResult, ProfileParams,
    ProfileResult,
};
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_socket::CallError;
use serde_json::{json, Value};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use support::{wait_until, Collector, Spinner};

fn refused<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> WireError {
    match outcome {
        Err(CallError::Refused(error)) => error,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn params(collector: &Collector, pid: Option<i32>, seconds: u32) -> ProfileParams {
    let out_dir = collector.out_dir();
    ProfileParams { scope: "node".to_owned(), pid, seconds, hz: 99, out_dir }
}

#[test]
fn tells_what_works_here_and_stays_small() {
    let collector = Collector::start(&[]);
    let mut client = collector.client();
    let status: CollectorStatus = client.call("status", &json!({}), None).unwrap();
    assert_eq!(status.pid, collector.child.id() as i32);
    assert!(status.capabilities.contains(&"memory.panorama".to_owned()));
    assert!(status.capabilities.contains(&"ebpf.profile".to_owned()), "{:?}", status.missing);
    let mode = fs::metadata(collector.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let _: ProfileResult = client.call("profile", &params(&collector, None, 1), None).unwrap();
    assert!(collector.rss_bytes() < 40 << 20, "{} bytes", collector.rss_bytes());
}

#[test]
fn a_panorama_is_written_whole_and_its_heads_returned() {
    let collector = Collector::start(&[]);
    let asked = PanoramaParams { scope: "node".to_owned(), out_dir: collector.out_dir() };
    let heads: PanoramaResult = collector.client().call("panorama", &asked, None).unwrap();
    let text = fs::read(&heads.file.path).unwrap();
    assert_eq!(text.len() as u64, heads.file.bytes);
    let whole: Panorama = serde_json::from_slice(&text).unwrap();
    let sum: i128 = whole.parts.iter().map(|part| i128::from(part.bytes)).sum();
    assert_eq!(sum + i128::from(whole.residual_bytes), i128::from(whole.total_bytes));
    assert_eq!((heads.total_bytes, heads.top.len()), (whole.total_bytes, 5));
    assert!(whole.processes.iter().any(|process| process.pss_bytes.is_some()));
    assert!(!whole.cgroups.is_empty());
}

#[test]
fn a_profile_writes_pprof_and_collapsed_stacks() {
    let collector = Collector::start(&[]);
    let spinner = Spinner::start();
    let asked = params(&collector, Some(spinner.pid()), 1);
    let found: ProfileResult = collector.client().call("profile", &asked, None).unwrap();
    assert_eq!(found.top[0].function, "pitcrew_hot_loop");
    assert!(found.samples > 2 && found.lost == 0, "{found:?}");
    assert!(found.missing.iter().any(|missing| missing.reason.contains("frame pointers")));
    let kinds: Vec<_> = found.files.iter().map(|file| file.kind.as_str()).collect();
    assert_eq!(kinds, ["pprof", "collapsed"]);
    let collapsed = fs::read_to_string(&found.files[1].path).unwrap();
    assert!(collapsed.contains("pitcrew_hot_caller;pitcrew_hot_loop "), "{collapsed}");
    assert_eq!(fs::read(&found.files[0].path).unwrap()[..2], [0x1f, 0x8b]);
}

#[test]
fn a_cancel_and_a_deadline_end_a_profile_and_its_process() {
    let collector = Collector::start(&[]);
    let mut client = collector.client();
    let start = Instant::now();
    let id = client.send("profile", &params(&collector, None, 120), None).unwrap();
    wait_until("the profile runs", || collector.child_pids().len() == 1);
    client.cancel(id).unwrap();
    assert_eq!(refused(client.wait(id)).code, ErrorCode::Cancelled);

    let deadline = Some(Duration::from_millis(300));
    let outcome = client.call::<Value>("profile", &params(&collector, None, 120), deadline);
    assert_eq!(refused(outcome).code, ErrorCode::DeadlineExceeded);
    wait_until("its processes are gone", || collector.child_pids().is_empty());
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn one_profile_at_a_time() {
    let collector = Collector::start(&[]);
    let mut client = collector.client();
    let id = client.send("profile", &params(&collector, None, 120), None).unwrap();
    wait_until("the profile runs", || collector.child_pids().len() == 1);
    let second = collector.client().call::<Value>("profile", &params(&collector, None, 1), None);
    assert_eq!(refused(second).code, ErrorCode::Busy);
    client.cancel(id).unwrap();
    assert_eq!(refused(client.wait(id)).code, ErrorCode::Cancelled);
}

#[test]
fn a_client_that_leaves_takes_its_profile_with_it() {
    let collector = Collector::start(&[]);
    let mut client = collector.client();
    client.send("profile", &params(&collector, None, 120), None).unwrap();
    wait_until("the profile runs", || collector.child_pids().len() == 1);
    drop(client);
    wait_until("the profile is gone", || collector.child_pids().is_empty());
}

#[test]
fn what_does_not_fit_is_refused_with_its_reason() {
    let collector = Collector::start(&[]);
    let mut client = collector.client();
    let out = collector.out_dir();
    let mut code = |method: &str, params: Value| {
        let error = refused(client.call::<Value>(method, &params, None));
        assert!(!error.message.is_empty());
        error.code
    };
    let profile = |scope: &str, seconds: u32, hz: u32| json!({ "scope": scope, "seconds": seconds, "hz": hz, "outDir": out });
    assert_eq!(code("reboot", json!({})), ErrorCode::UnknownMethod);
    assert_eq!(code("profile", json!({ "scope": "node" })), ErrorCode::InvalidArgument);
    assert_eq!(code("profile", profile("node", 0, 99)), ErrorCode::InvalidArgument);
    assert_eq!(code("profile", profile("node", 121, 99)), ErrorCode::InvalidArgument);
    assert_eq!(code("profile", profile("node", 1, 1000)), ErrorCode::InvalidArgument);
    assert_eq!(code("profile", profile("galaxy", 1, 99)), ErrorCode::InvalidArgument);
    assert_eq!(code("profile", profile("cgroup:/no/such", 1, 99)), ErrorCode::NotFound);
    let absent = json!({ "scope": "cgroup:/no/such", "outDir": out });
    assert_eq!(code("panorama", absent), ErrorCode::NotFound);
    let relative = json!({ "scope": "node", "outDir": "somewhere" });
    assert_eq!(code("panorama", relative), ErrorCode::InvalidArgument);
}

#[test]
fn a_gpu_helper_that_raves_or_is_absent_is_no_gpu() {
    for helper in ["/bin/true", "/no/such/helper"] {
        let collector = Collector::start(&["--gpu-helper", helper]);
        let status: GpuStatus = collector.client().call("gpu.status", &json!({}), None).unwrap();
        assert!(!status.available && status.devices.is_empty());
        assert!(status.reason.is_some());
    }
}

#[test]
fn ends_in_order_when_told_to_and_when_its_supervisor_dies() {
    let mut told = Collector::start(&[]);
    // SAFETY: signals a child of ours that has not been reaped.
    unsafe { libc::kill(told.child.id() as i32, libc::SIGTERM) };
    assert!(told.child.wait().unwrap().success());
    assert!(!told.socket().exists());

    let mut orphan = Collector::start(&[]);
    drop(orphan.child.stdin.take());
    assert!(orphan.child.wait().unwrap().success());
}

#[test]
fn a_killed_collector_leaves_no_profile_behind() {
    let mut collector = Collector::start(&[]);
    let mut client = collector.client();
    client.send("profile", &params(&collector, None, 120), None).unwrap();
    wait_until("the profile runs", || collector.child_pids().len() == 1);
    let helper = collector.child_pids()[0];
    collector.child.kill().unwrap();
    collector.child.wait().unwrap();
    let stat = format!("/proc/{helper}/stat");
    // Gone, or a zombie where nobody reaps orphans.
    wait_until("the profile is gone", || {
        fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "))
    });
}
