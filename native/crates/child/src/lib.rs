//! Runs one of our own helpers, bounded in time and output.
//!
//! A helper does what may hang, crash or keep memory: it talks to a driver or reads strangers'
//! binaries. It gets its input on stdin and answers on stdout. Stdin stays open while the answer is
//! wanted: its end asks the helper to stop, also when we die. One that does not listen is killed.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How often the caller is asked whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(20);
/// How long a helper may take to end after it was asked to.
const GRACE: Duration = Duration::from_millis(300);

/// A program we run as a helper.
#[derive(Debug, Clone)]
pub struct Helper {
    program: PathBuf,
    arguments: Vec<String>,
    output_max: usize,
    /// Helpers that were killed and still have not ended: they hang inside the kernel.
    stuck: Arc<AtomicUsize>,
}

/// Why a helper gave no answer.
#[derive(Debug)]
pub enum Failure {
    /// It could not be started.
    NotStarted(io::Error),
    /// It did not answer in time.
    TimedOut(Duration),
    /// The caller no longer wanted the answer.
    Stopped,
    /// It wrote more than it may.
    TooMuchOutput(usize),
    /// It ended without success.
    Ended(ExitStatus),
    /// An earlier one hangs inside the kernel, where it cannot be killed.
    Stuck,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotStarted(error) => write!(f, "it could not be started: {error}"),
            Failure::TimedOut(limit) => write!(f, "it did not answer within {limit:?}"),
            Failure::Stopped => f.write_str("it was stopped"),
            Failure::TooMuchOutput(max) => write!(f, "it wrote more than {max} bytes"),
            Failure::Ended(status) => write!(f, "it ended with {status}"),
            Failure::Stuck => f.write_str("an earlier one hangs inside the kernel"),
        }
    }
}

impl std::error::Error for Failure {}

impl Helper {
    /// A helper with its arguments; no shell is involved.
    pub fn new(program: &Path, arguments: &[&str], output_max: usize) -> Self {
        Helper {
            program: program.to_owned(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            output_max,
            stuck: Arc::default(),
        }
    }

    /// Runs it and returns what it wrote to stdout; stderr goes where ours goes.
    ///
    /// # Errors
    /// Whatever kept it from answering; it has been killed then.
    pub fn run(
        &self,
        input: &[u8],
        limit: Duration,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, Failure> {
        if self.stuck.load(Ordering::Acquire) > 0 {
            return Err(Failure::Stuck);
        }
        let start = Instant::now();
        let mut running = Running::start(self).map_err(Failure::NotStarted)?;
        running.write(input);
        let output = loop {
            match running.output.recv_timeout(ASK_EVERY) {
                Ok(output) => break output,
                Err(RecvTimeoutError::Disconnected) => break Vec::new(),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if start.elapsed() >= limit {
                return Err(Failure::TimedOut(limit));
            }
            if !go_on() {
                return Err(Failure::Stopped);
            }
        };
        if output.len() > self.output_max {
            return Err(Failure::TooMuchOutput(self.output_max));
        }
        match running.end() {
            Some(status) if status.success() => Ok(output),
            Some(status) => Err(Failure::Ended(status)),
            None => Err(Failure::TimedOut(start.elapsed())),
        }
    }
}

/// A helper at work; dropping it ends it.
struct Running {
    /// `None` once it was reaped.
    child: Option<Child>,
    output: Receiver<Vec<u8>>,
    stuck: Arc<AtomicUsize>,
}

impl Running {
    fn start(helper: &Helper) -> io::Result<Self> {
        let mut command = Command::new(&helper.program);
        command.args(&helper.arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        // SAFETY: prctl is a system call and allocates nothing, so it may run after the fork.
        unsafe {
            command.pre_exec(|| {
                // One that hangs would not notice the end of its stdin when we die.
                match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
                    0 => Ok(()),
                    _ => Err(io::Error::last_os_error()),
                }
            });
        }
        let mut child = command.spawn()?;
        let (sender, output) = mpsc::channel();
        let stdout = child.stdout.take();
        let most = helper.output_max as u64 + 1;
        thread::Builder::new().name("helper-output".to_owned()).stack_size(64 << 10).spawn(
            move || {
                let mut bytes = Vec::new();
                if let Some(stdout) = stdout {
                    let _ = stdout.take(most).read_to_end(&mut bytes);
                }
                let _ = sender.send(bytes);
            },
        )?;
        Ok(Running { child: Some(child), output, stuck: helper.stuck.clone() })
    }

    /// A helper that does not read its input will not answer either, so a failure shows there.
    fn write(&mut self, input: &[u8]) {
        if let Some(stdin) = self.child.as_mut().and_then(|child| child.stdin.as_mut()) {
            let _ = stdin.write_all(input);
        }
    }

    /// Asks it to end and waits for that a moment.
    fn end(&mut self) -> Option<ExitStatus> {
        drop(self.child.as_mut()?.stdin.take());
        self.reap()
    }

    /// Waits a moment for its end.
    fn reap(&mut self) -> Option<ExitStatus> {
        let until = Instant::now() + GRACE;
        let child = self.child.as_mut()?;
        loop {
            if let Ok(Some(status)) = child.try_wait() {
                self.child = None;
                return Some(status);
            }
            if Instant::now() >= until {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.end().is_some() {
            return;
        }
        if let Some(child) = self.child.as_mut() {
            // Our own child, not reaped yet, so the pid is still its own.
            let _ = child.kill();
        }
        if self.reap().is_some() {
            return;
        }
        let Some(mut child) = self.child.take() else { return };
        // Inside a driver even SIGKILL may have to wait; nobody should wait with it.
        self.stuck.fetch_add(1, Ordering::AcqRel);
        let stuck = self.stuck.clone();
        let reaper = thread::Builder::new().name("helper-reaper".to_owned()).stack_size(64 << 10);
        let _ = reaper.spawn(move || {
            let _ = child.wait();
            stuck.fetch_sub(1, Ordering::AcqRel);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Helper {
        Helper::new(Path::new("/bin/sh"), &["-c", script], 1000)
    }

    #[test]
    fn answers_what_it_wrote() {
        let helper = shell("read -r line; echo \"got $line\"");
        assert_eq!(helper.run(b"it\n", LONG, &|| true).unwrap(), b"got it\n");
    }

    #[test]
    fn one_that_hangs_is_killed_in_time() {
        let start = Instant::now();
        let outcome = shell("exec sleep 600").run(b"", Duration::from_millis(50), &|| true);
        assert!(matches!(outcome, Err(Failure::TimedOut(_))));
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn one_that_is_asked_to_stop_may_end_by_itself() {
        let asked = Cell::new(0);
        let go_on = || {
            asked.set(asked.get() + 1);
            asked.get() < 3
        };
        let outcome = shell("exec cat").run(b"", LONG, &go_on);
        assert!(matches!(outcome, Err(Failure::Stopped)));
    }

    #[test]
    fn endless_output_is_cut() {
        let outcome = shell("exec yes").run(b"", LONG, &|| true);
        assert!(matches!(outcome, Err(Failure::TooMuchOutput(1000))));
    }

    #[test]
    fn a_failure_is_told_apart_from_an_answer() {
        assert!(matches!(shell("exit 3").run(b"", LONG, &|| true), Err(Failure::Ended(_))));
        let absent = Helper::new(Path::new("/no/such/helper"), &[], 1000);
        assert!(matches!(absent.run(b"", LONG, &|| true), Err(Failure::NotStarted(_))));
    }
}
