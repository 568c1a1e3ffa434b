//! `collect`: serves the socket until it is told to end.

use crate::arguments::Arguments;
use crate::failure::{internal, Failure};
use crate::files;
use crate::gpu::Gpu;
use crate::service::Collector;
use pitcrew_contract::envelope::WireError;
use pitcrew_socket::{Events, Limits, Server};
use std::env;
use std::io;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

const DEFAULT_DATA_DIR: &str = ".pitcrew/node/collector";

/// Runs until SIGTERM or SIGINT, or the end of stdin when PITCREW_DEATH_PIPE=1.
///
/// # Errors
/// When the socket cannot be served.
pub fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let data_dir = arguments.option("--data-dir")?.unwrap_or_else(|| DEFAULT_DATA_DIR.into());
    let socket = arguments.option("--socket")?.map(PathBuf::from);
    let helper = arguments.option("--gpu-helper")?;
    arguments.end()?;
    let data_dir = std::path::absolute(&data_dir)
        .map_err(|error| internal(format!("cannot find {data_dir}: {error}")))?;
    let data_dir = files::out_dir(&data_dir.to_string_lossy())?;
    let socket = socket.unwrap_or_else(|| data_dir.join("collector.sock"));

    // Before any thread exists, so that every thread leaves the signals to the wait below.
    let signals = block_signals()?;
    let gpu = Gpu::new(helper.as_deref().map(Path::new));
    let server = Server::start(
        &socket,
        Arc::new(Collector::new(gpu)),
        Events::new(64, 64 << 10),
        Limits::default(),
    )
    .map_err(|error| internal(format!("cannot serve {}: {error}", socket.display())))?;
    if env::var_os("PITCREW_DEATH_PIPE").is_some_and(|value| value == "1") {
        end_with_stdin()?;
    }
    eprintln!("pitcrew-collector: serving {}", server.path().display());
    wait_for(&signals)?;
    drop(server);
    Ok(())
}

fn block_signals() -> Result<libc::sigset_t, WireError> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset initialises the set that the other calls use.
    let blocked = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGTERM);
        libc::sigaddset(set.as_mut_ptr(), libc::SIGINT);
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut())
    };
    if blocked != 0 {
        return Err(internal("cannot block signals"));
    }
    // SAFETY: initialised above.
    Ok(unsafe { set.assume_init() })
}

fn wait_for(signals: &libc::sigset_t) -> Result<(), WireError> {
    let mut signal = 0;
    // SAFETY: both pointers are valid during the call.
    match unsafe { libc::sigwait(signals, &raw mut signal) } {
        0 => Ok(()),
        error => Err(internal(format!(
            "cannot wait for a signal: {}",
            io::Error::from_raw_os_error(error)
        ))),
    }
}

/// The supervisor holds the other end: when it dies, so do we.
fn end_with_stdin() -> Result<(), WireError> {
    thread::Builder::new()
        .name("death-pipe".to_owned())
        .stack_size(64 << 10)
        .spawn(|| {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            // SAFETY: sends a signal to this very process.
            unsafe { libc::kill(libc::getpid(), libc::SIGTERM) };
        })
        .map(drop)
        .map_err(|error| internal(format!("cannot watch stdin: {error}")))
}
