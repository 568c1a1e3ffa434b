//! `run`: watch, listen, act.

use super::policy_file;
use super::shutdown::Shutdown;
use crate::assess::assess;
use crate::failure::fail;
use crate::guard::Guard;
use crate::options::Run;
use crate::plan::scope;
use crate::record::Record;
use crate::reflex::Reflex;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::Mode;
use pitcrew_ranking::Machine;
use pitcrew_socket::{Limits, Server};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Set by the supervisor: end with standard input, and spare the supervisor's other children.
const SUPERVISED: &str = "PITCREW_DEATH_PIPE";
/// How often to look for orders that nobody sends again.
const CLOSING: Duration = Duration::from_secs(10);
/// A guard must be small; its calls do not nest deeply.
const STACK: usize = 256 * 1024;

pub(super) fn run(options: &Run) -> Result<ExitCode, WireError> {
    let supervised = std::env::var_os(SUPERVISED).is_some_and(|value| value == "1");
    let policy = policy_file::required(options.policy.as_deref())?;
    let mut machine = Machine::below(Path::new("/"));
    machine.protect_own(supervised);
    let scope = scope(&options.scope)?;
    let first = assess(&machine, &scope, &policy.thresholds())?;
    let record = Record::open(options.journal.as_deref())
        .map_err(|e| fail(ErrorCode::Internal, format!("the journal cannot be opened: {e}")))?;
    let mode = if options.observe { Mode::Observe } else { Mode::Enforce };
    let policy = (policy, options.policy.clone());
    stay_alive();
    let shutdown = Shutdown::prepare(supervised);
    let guard = Arc::new(Guard::new(machine, policy, mode, (scope, first), record));
    let server = match &options.socket {
        Some(path) => Some(serve(&guard, path)?),
        None => None,
    };
    eprintln!(
        "pitcrew-guard: {} {} with policy {}",
        if options.observe { "observing" } else { "guarding" },
        guard.watched,
        &guard.policy.hash()[..12],
    );
    watch(&guard)?;
    close_abandoned(&guard)?;
    shutdown.wait();
    drop(server);
    Ok(ExitCode::SUCCESS)
}

/// Starts the reflex in a thread of its own: a grace that it waits out must not hold up the end of
/// the guard. An order or an intervention that is cut off then is on record.
fn watch(guard: &Arc<Guard>) -> Result<(), WireError> {
    let guard = guard.clone();
    let watching = move || {
        let mut reflex = Reflex::default();
        let looks = || loop {
            let pause = reflex.look(&guard);
            std::thread::sleep(pause);
        };
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(looks)).is_err() {
            // A guard that no longer watches must not look alive.
            std::process::exit(1);
        }
    };
    std::thread::Builder::new()
        .name("reflex".to_owned())
        .stack_size(STACK)
        .spawn(watching)
        .map(drop)
        .map_err(|e| fail(ErrorCode::Internal, format!("no thread for the reflex: {e}")))
}

/// Looks from time to time for orders that nobody sends again. Apart from the reflex, which no disk
/// may hold up.
fn close_abandoned(guard: &Arc<Guard>) -> Result<(), WireError> {
    let guard = guard.clone();
    let closing = move || loop {
        guard.close_abandoned();
        std::thread::sleep(CLOSING);
    };
    std::thread::Builder::new()
        .name("abandoned".to_owned())
        .stack_size(STACK)
        .spawn(closing)
        .map(drop)
        .map_err(|e| fail(ErrorCode::Internal, format!("no thread for old orders: {e}")))
}

fn serve(guard: &Arc<Guard>, path: &Path) -> Result<Server, WireError> {
    let limits = Limits { stack_bytes: STACK, ..Limits::default() };
    Server::start(path, guard.clone(), guard.events.clone(), limits).map_err(|error| {
        fail(ErrorCode::Internal, format!("cannot listen on {}: {error}", path.display()))
    })
}

/// Keeps the guard in memory and out of the kernel's own choice of victims. All of it is best
/// effort: a guard without these rights is still better than none.
fn stay_alive() {
    // SAFETY: plain system calls without pointers. Pages are locked once they are used, so that
    // unused stack stays unused.
    unsafe {
        libc::mlockall(libc::MCL_CURRENT | libc::MCL_FUTURE | libc::MCL_ONFAULT);
        libc::setpriority(libc::PRIO_PROCESS, 0, -20);
        // One arena for all threads: each further one would cost resident memory.
        #[cfg(target_env = "gnu")]
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
    let _ = std::fs::write("/proc/self/oom_score_adj", "-1000")
        .or_else(|_| std::fs::write("/proc/self/oom_score_adj", "-999"));
}
