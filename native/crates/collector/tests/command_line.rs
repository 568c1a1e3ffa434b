//! The collector as a person or a script meets it: on the command line.

mod support;

use serde_json::Value;
use std::fs;
use std::process::{Command, Output};
use support::{Spinner, COLLECTOR};

fn run(arguments: &[&str]) -> Output {
    Command::new(COLLECTOR).args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object and nothing else")
}

#[test]
fn a_profile_names_the_hot_function_and_writes_both_files() {
    let dir = tempfile::tempdir().unwrap();
    let spinner = Spinner::start();
    let (pprof, collapsed) = (dir.path().join("cpu.pb.gz"), dir.path().join("cpu.txt"));
    let found = json(&run(&[
        "profile",
        "--seconds=1",
        "--hz",
        "199",
        "--pid",
        &spinner.pid().to_string(),
        "--pprof",
        pprof.to_str().unwrap(),
        "--collapsed",
        collapsed.to_str().unwrap(),
        "--json",
    ]));
    assert_eq!(found["top"][0]["function"], "pitcrew_hot_loop");
    assert!(found["top"][0]["self"].as_u64().unwrap() > 5);
    assert_eq!(found["lost"], 0);
    assert!(found["unknownFrames"].as_f64().unwrap() < 0.5);
    assert!(fs::read_to_string(collapsed).unwrap().contains("pitcrew_hot_caller;"));
    assert!(pprof.metadata().unwrap().len() > 100);
}

#[test]
fn a_panorama_adds_up() {
    let found = json(&run(&["panorama", "--json"]));
    let parts = found["parts"].as_array().unwrap();
    let sum: i64 = parts.iter().map(|part| part["bytes"].as_i64().unwrap()).sum();
    let residual = found["residualBytes"].as_i64().unwrap();
    assert_eq!(sum + residual, found["totalBytes"].as_i64().unwrap());
    assert!(parts.iter().any(|part| part["id"] == "free"));
    assert!(found["devices"].is_array() && found["missing"].is_array());
}

#[test]
fn a_gpu_is_never_made_up() {
    let found = json(&run(&["gpu", "status", "--gpu-helper", "/no/such/helper", "--json"]));
    assert_eq!(
        (&found["available"], found["devices"].as_array().unwrap().len()),
        (&Value::Bool(false), 0)
    );
}

#[test]
fn mistakes_have_their_exit_codes_and_say_what_to_do() {
    let code = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
        output.status.code()
    };
    assert_eq!(code(&[]), Some(2));
    assert_eq!(code(&["fly"]), Some(2));
    assert_eq!(code(&["profile"]), Some(2));
    assert_eq!(code(&["profile", "--seconds", "soon"]), Some(2));
    assert_eq!(code(&["panorama", "--scope", "galaxy"]), Some(2));
    assert_eq!(code(&["panorama", "--json", "--please"]), Some(2));
    assert_eq!(code(&["panorama", "--scope", "cgroup:/no/such"]), Some(3));
    assert_eq!(code(&["profile", "--seconds", "1", "--pid", "2147483647"]), Some(3));
    assert!(run(&["--help"]).status.success());
}
