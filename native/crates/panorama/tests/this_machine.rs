//! The machine the tests run on: what is allocated shows up where it belongs.

use pitcrew_cgroup::Scope;
use pitcrew_panorama::{Budget, Explained, Machine};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;

const MIB: u64 = 1 << 20;

/// Both tests compare before with after, so they must not run at the same time.
static ALONE: Mutex<()> = Mutex::new(());

fn explain() -> Explained {
    Machine::below(Path::new("/")).explain(&Scope::Node, Budget::default()).unwrap()
}

fn bytes(panorama: &Explained, id: &str) -> i64 {
    panorama.parts.iter().find(|part| part.id == id).map_or(0, |part| part.bytes as i64)
}

/// A shell that holds 200 MiB of anonymous memory until it is dropped.
struct Holder {
    child: Child,
    _stdin: ChildStdin,
}

impl Holder {
    fn start() -> Self {
        // `head` makes the bytes, the shell keeps them in a variable.
        let script = "x=$(head -c 209715200 /dev/zero | tr '\\0' x); echo ready; read -r _";
        let mut child = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Holder { _stdin: child.stdin.take().unwrap(), child }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn anonymous_memory_shows_as_such_and_at_its_process() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = explain();
    let holder = Holder::start();
    let after = explain();
    let grown = bytes(&after, "anonymous") - bytes(&before, "anonymous");
    assert!(grown > 100 * MIB as i64, "anonymous grew by {grown} bytes");
    let process = after
        .processes
        .iter()
        .find(|process| process.pid == holder.child.id() as i32)
        .expect("the holder is among the largest");
    assert!(process.pss_anon_bytes.unwrap() > 190 * MIB, "{process:?}");
    let sum: i128 = after.parts.iter().map(|part| i128::from(part.bytes)).sum();
    assert_eq!(sum + i128::from(after.residual_bytes), i128::from(after.total_bytes));
}

#[test]
fn a_tmpfs_file_shows_as_shared_memory() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = explain();
    let path = format!("/dev/shm/pitcrew-panorama-test-{}", std::process::id());
    File::create(&path).unwrap().write_all(&vec![1; 100 * MIB as usize]).unwrap();
    let after = explain();
    fs::remove_file(&path).unwrap();
    let grown = bytes(&after, "shared") - bytes(&before, "shared");
    assert!(grown > 90 * MIB as i64, "shared memory grew by {grown} bytes");
}
