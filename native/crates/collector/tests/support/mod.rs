//! A collector and a busy process to look at, both ended when dropped.

#![allow(dead_code, reason = "each test file uses some of it")]

use pitcrew_socket::Client;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const COLLECTOR: &str = env!("CARGO_BIN_EXE_pitcrew-collector");

/// `collect` at work in a directory of its own.
pub struct Collector {
    pub child: Child,
    pub dir: TempDir,
}

impl Collector {
    pub fn start(extra: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new(COLLECTOR);
        command.arg("collect").arg("--data-dir").arg(dir.path().join("data"));
        command.arg("--socket").arg(dir.path().join("socket")).args(extra);
        command.env("PITCREW_DEATH_PIPE", "1").stdin(Stdio::piped());
        let collector = Collector { child: command.spawn().unwrap(), dir };
        wait_until("it listens", || Client::connect(&collector.socket()).is_ok());
        collector
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("socket")
    }

    pub fn client(&self) -> Client {
        let client = Client::connect(&self.socket()).unwrap();
        client.set_timeout(Some(Duration::from_secs(120))).unwrap();
        client
    }

    pub fn out_dir(&self) -> String {
        self.dir.path().join("out").to_string_lossy().into_owned()
    }

    /// Its helpers that still live.
    pub fn child_pids(&self) -> Vec<i32> {
        let own = self.child.id().to_string();
        let parent_is_us = |stat: &str| {
            let after_name = stat.rsplit(')').next().unwrap_or_default();
            after_name.split_whitespace().nth(1) == Some(&own)
        };
        let pids = fs::read_dir("/proc").unwrap().flatten();
        pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|pid| {
                fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| parent_is_us(&s))
            })
            .collect()
    }

    pub fn rss_bytes(&self) -> u64 {
        let statm = fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process that burns CPU in `pitcrew_hot_loop`, called by `pitcrew_hot_caller`.
pub struct Spinner {
    child: Child,
    _dir: TempDir,
}

impl Spinner {
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("spinner");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profiler/tests/spinner.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O0", "-fno-omit-frame-pointer", "-o"]).arg(&program).arg(source);
        assert!(compiler.status().unwrap().success());
        let mut child = Command::new(&program).stdout(Stdio::piped()).spawn().unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 9]).unwrap();
        Spinner { child, _dir: dir }
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited a minute until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
