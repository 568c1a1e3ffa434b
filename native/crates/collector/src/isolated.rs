//! Tasks in a process of their own.
//!
//! A profile reads the binaries of strangers, which can be broken or sit on a file system that
//! hangs, and needs memory that the C library would keep. So the service runs it in a second copy
//! of this executable, which can be given up at any moment and takes its memory and its eBPF
//! programs with it.

use crate::arguments::Arguments;
use crate::failure::{internal, of_profiler, Failure};
use crate::profile;
use pitcrew_child::{Failure as ChildFailure, Helper};
use pitcrew_contract::envelope::{WireError, MAX_RESPONSE_BYTES};
use pitcrew_socket::CallContext;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Longer than the longest task with its symbols; the caller's deadline comes first.
const LIMIT: Duration = Duration::from_secs(600);

/// What the process answers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Result(Value),
    Error(WireError),
}

/// A task that runs apart.
#[derive(Debug, Clone)]
pub struct Isolated {
    helper: Helper,
    name: &'static str,
}

impl Isolated {
    /// `profile` or `probe`.
    pub fn new(name: &'static str) -> Self {
        // By this name it is the same executable even after an upgrade replaced the file.
        let own = Path::new("/proc/self/exe");
        Isolated { helper: Helper::new(own, &["isolated", name], MAX_RESPONSE_BYTES), name }
    }

    /// Runs it.
    ///
    /// # Errors
    /// Its own, or `cancelled`, `deadline_exceeded` as the context says.
    pub fn run(&self, params: &Value, context: &CallContext) -> Result<Value, WireError> {
        let input = format!("{params}\n");
        let answer = self
            .helper
            .run(input.as_bytes(), LIMIT, &|| context.stop().is_none())
            .map_err(|failure| self.explain(failure, context))?;
        match serde_json::from_slice(&answer) {
            Ok(Answer::Result(value)) => Ok(value),
            Ok(Answer::Error(error)) => Err(error),
            Err(error) => Err(internal(format!("the {} answered nonsense: {error}", self.name))),
        }
    }

    fn explain(&self, failure: ChildFailure, context: &CallContext) -> WireError {
        match (failure, context.check()) {
            (ChildFailure::Stopped, Err(stopped)) => stopped,
            (failure, _) => internal(format!("the {} failed: {failure}", self.name)),
        }
    }
}

/// The other side: reads one line of parameters, does the task, writes one answer; stops when
/// stdin ends.
///
/// # Errors
/// When it was not started by the service.
pub fn serve(mut arguments: Arguments) -> Result<(), Failure> {
    let task = arguments.command()?.unwrap_or_default();
    arguments.end()?;
    let mut line = String::new();
    let read = io::stdin().lock().take(1 << 20).read_line(&mut line);
    read.map_err(|error| internal(format!("cannot read the parameters: {error}")))?;
    let wanted = still_wanted()?;
    let go_on = || wanted.load(Ordering::Acquire);
    let outcome = match task.as_str() {
        "profile" => serde_json::from_str(&line)
            .map_err(|error| internal(error.to_string()))
            .and_then(profile::params)
            .and_then(|params| profile::capture(&params, &go_on))
            .and_then(|result| profile::encode(&result)),
        "probe" => pitcrew_profiler::probe().map(|()| Value::Null).map_err(of_profiler),
        other => return Err(Failure::usage(format!("unknown task `{other}`"))),
    };
    let answer = match outcome {
        Ok(value) => Answer::Result(value),
        Err(error) => Answer::Error(error),
    };
    let text = serde_json::to_string(&answer).map_err(|error| internal(error.to_string()))?;
    println!("{text}");
    Ok(())
}

/// True until stdin ends.
fn still_wanted() -> Result<Arc<AtomicBool>, WireError> {
    let wanted = Arc::new(AtomicBool::new(true));
    let watched = wanted.clone();
    thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(move || {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            watched.store(false, Ordering::Release);
        })
        .map_err(|error| internal(format!("cannot make a thread: {error}")))?;
    Ok(wanted)
}
