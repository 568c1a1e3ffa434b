//! Real processes in a real cgroup with a limit, and a real guard.

#![allow(dead_code, reason = "each test file uses its own part")]

use pitcrew_cgroup::{CgroupPath, Controller, Version};
use pitcrew_contract::envelope::ErrorCode;
use pitcrew_contract::guard::{Level, Order, OrderOutcome};
use pitcrew_contract::time;
use pitcrew_socket::{CallError, Client};
use serde_json::{json, Value};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

/// How long anything may take on a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(120);
pub const MIB: u64 = 1 << 20;

static NUMBER: AtomicU32 = AtomicU32::new(0);

fn unique() -> String {
    format!("pitcrew-test-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Waits for something to become true.
pub fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    let start = Instant::now();
    while !check() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A cgroup with a memory limit; goes away with the test.
pub struct Cgroup {
    pub controller: Controller,
    pub path: CgroupPath,
}

impl Cgroup {
    /// Makes one. Where that is not permitted the test ends here: as a failure in CI, otherwise
    /// with a line that says why.
    pub fn new(limit: u64) -> Option<Self> {
        match Self::try_new(limit) {
            Ok(cgroup) => Some(cgroup),
            Err(why) if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
                panic!("no cgroup can be made here: {why}")
            }
            Err(why) => {
                eprintln!("not tested: no cgroup can be made here: {why}");
                None
            }
        }
    }

    fn try_new(limit: u64) -> Result<Self, String> {
        let controller = Controller::find(Path::new("/")).map_err(|e| e.to_string())?;
        let controller = controller.ok_or("there is no memory controller")?;
        let path = CgroupPath::root().child(&unique()).map_err(|e| e.to_string())?;
        fs::create_dir(controller.dir(&path)).map_err(|e| e.to_string())?;
        let cgroup = Cgroup { controller, path };
        let file = match cgroup.controller.version() {
            Version::V1 => "memory.limit_in_bytes",
            Version::V2 => "memory.max",
        };
        fs::write(cgroup.dir().join(file), limit.to_string()).map_err(|e| e.to_string())?;
        Ok(cgroup)
    }

    pub fn dir(&self) -> PathBuf {
        self.controller.dir(&self.path)
    }

    pub fn scope(&self) -> String {
        format!("cgroup:{}", self.path)
    }

    pub fn oom_kills(&self) -> u64 {
        self.controller.oom_kills(&self.path).unwrap_or(0)
    }

    /// Starts a load in this cgroup and waits until its memory is there.
    pub fn load(&self, arguments: &[&str]) -> Load {
        let procs = self.dir().join("cgroup.procs");
        let mut command = Command::new(load_program());
        command.args(arguments).arg("--die-with-stdin");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // SAFETY: between fork and exec only a file is written.
        unsafe { command.pre_exec(move || fs::write(&procs, "0")) };
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let children = ready["children"].as_array().unwrap();
        Load { children: children.iter().map(|pid| pid.as_i64().unwrap() as i32).collect(), child }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Processes leave a moment after they were killed.
        for _ in 0..400 {
            if fs::remove_dir(self.dir()).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A real process that uses memory.
pub struct Load {
    child: Child,
    pub children: Vec<i32>,
}

impl Load {
    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub fn start_time(&self) -> u64 {
        pitcrew_procfs::Procfs::system().process(self.pid()).stat().unwrap().start_time
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `pitcrew-load` beside the guard under test, built if need be.
fn load_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let bin = Path::new(env!("CARGO_BIN_EXE_pitcrew-guard")).parent().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", "pitcrew-load", "--target-dir"]);
        cargo.arg(bin.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
        if bin.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success(), "pitcrew-load does not build");
        bin.join("pitcrew-load")
    })
}

/// A running guard with its directory.
pub struct Guard {
    dir: PathBuf,
    child: Option<Child>,
    arguments: Vec<String>,
    supervised: bool,
}

impl Guard {
    /// Starts one that observes.
    pub fn observing(policy: &str) -> Self {
        Self::start(policy, &["--observe"])
    }

    /// Starts one that observes, as the supervisor would: this process is then its supervisor.
    pub fn supervised(policy: &str) -> Self {
        let mut guard = Self::prepare(policy, &["--observe"]);
        guard.supervised = true;
        guard.restart();
        guard
    }

    pub fn start(policy: &str, arguments: &[&str]) -> Self {
        let mut guard = Self::prepare(policy, arguments);
        guard.restart();
        guard
    }

    fn prepare(policy: &str, arguments: &[&str]) -> Self {
        let dir = std::env::temp_dir().join(unique());
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("policy.yaml"), policy).unwrap();
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Guard { dir, child: None, arguments, supervised: false }
    }

    /// Starts it (again) and waits until it answers. A child that another test is forking at this
    /// moment may hold a copy of this process's journal lock until it execs; then the guard gives
    /// up and is started anew.
    pub fn restart(&mut self) {
        self.child = Some(self.spawn());
        eventually("the guard listens", || {
            if self.child.as_mut().unwrap().try_wait().unwrap().is_some() {
                self.child = Some(self.spawn());
            }
            Client::connect(&self.socket()).is_ok()
        });
    }

    fn spawn(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pitcrew-guard"));
        command.arg("run").arg("--policy").arg(self.dir.join("policy.yaml"));
        command.arg("--journal").arg(self.dir.join("journal"));
        command.arg("--socket").arg(self.socket()).args(&self.arguments);
        match self.supervised {
            true => command.env("PITCREW_DEATH_PIPE", "1").stdin(Stdio::piped()),
            false => command.stdin(Stdio::null()),
        };
        command.stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Ends it without any warning.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Lines on stdout: interventions.
    pub fn stdout(&mut self) -> impl BufRead {
        BufReader::new(self.child.as_mut().unwrap().stdout.take().unwrap())
    }

    fn socket(&self) -> PathBuf {
        self.dir.join("s.sock")
    }

    pub fn client(&self) -> Client {
        let client = Client::connect(&self.socket()).unwrap();
        client.set_timeout(Some(PATIENCE)).unwrap();
        client
    }

    pub fn order(&self, order: &Order) -> Result<OrderOutcome, CallError> {
        self.client().call("order", order, None)
    }

    /// The journal as text.
    pub fn journal(&self) -> String {
        fs::read_to_string(self.dir.join("journal/journal")).unwrap_or_default()
    }

    /// The journal's directory.
    pub fn journal_dir(&self) -> PathBuf {
        self.dir.join("journal")
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// A moment so many seconds from now.
pub fn at(seconds: i64) -> String {
    let now = SystemTime::now();
    let shift = Duration::from_secs(seconds.unsigned_abs());
    time::format(if seconds < 0 { now - shift } else { now + shift })
}

/// An order for a scope: end whoever is needed, at once.
pub fn order(key: &str, scope: &str, target: &str) -> Order {
    Order {
        key: key.to_owned(),
        scope: scope.to_owned(),
        target: Some(target.to_owned()),
        dry_run: false,
        grace_ms: 0,
        issued_at: at(-1),
        expires_at: at(300),
        min_level: Level::Ok,
        max_victims: 10,
        central_policy: None,
    }
}

/// The code of a refusal.
pub fn code<T: std::fmt::Debug>(result: Result<T, CallError>) -> ErrorCode {
    match result {
        Err(CallError::Refused(error)) => error.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Parameters of `plan`.
pub fn plan_of(scope: &str, target: &str) -> Value {
    json!({ "scope": scope, "target": target })
}

pub const PROTECT_BYSTANDER: &str = "version: 1\nprotect:\n  - name: bystander\n";
