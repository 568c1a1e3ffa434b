//! A whole profile: record, look at the processes while they live, resolve.

use crate::recording::{record, Options, Recorded};
use crate::{resolve, Error};
use pitcrew_procfs::Procfs;
use pitcrew_profile::Profile;
use pitcrew_symbols::{AddressSpace, Symbols};
use std::collections::HashMap;

/// A finished profile and how much of it can be trusted.
#[derive(Debug, Clone)]
pub struct Session {
    /// The profile.
    pub profile: Profile,
    /// Samples whose stack was deeper than the 127 frames that are copied; their roots are missing.
    pub cut: u64,
    /// Samples whose chain of frame pointers led out of the program's code and was cut there.
    pub broken: u64,
    /// Processes that ended, or were hidden, before their memory map could be read: their user
    /// frames have no names.
    pub unseen_processes: usize,
    /// Whether the kernel told us its symbols.
    pub has_kernel_names: bool,
}

/// Records and resolves.
///
/// # Errors
/// As [`record`].
pub fn profile(options: &Options, go_on: &dyn Fn() -> bool) -> Result<Session, Error> {
    let proc = Procfs::system();
    let mut symbols = Symbols::new(proc.clone());
    let mut spaces: HashMap<usize, AddressSpace> = HashMap::new();
    let recording = record(options, go_on, &mut |at, process| {
        if let Some(space) = look(&proc, &mut symbols, process) {
            spaces.insert(at, space);
        }
    })?;
    for (at, process) in recording.processes.iter().enumerate() {
        if !go_on() {
            return Err(Error::Cancelled);
        }
        // Libraries and generated code may have come since; the dead keep what was seen.
        if let Some(now) = look(&proc, &mut symbols, process) {
            let space = match spaces.remove(&at) {
                Some(earlier) => now.with_earlier(earlier),
                None => now,
            };
            spaces.insert(at, space);
        }
    }
    let has_user_frames = |process: usize| {
        recording.stacks.iter().any(|stack| stack.process == process && !stack.user.is_empty())
    };
    let unseen_processes = (0..recording.processes.len())
        .filter(|at| !spaces.contains_key(at) && has_user_frames(*at))
        .count();
    let (profile, broken) = resolve(&recording, &symbols, &spaces);
    let mut kernel =
        profile.frames.iter().map(|(_, frame)| frame).filter(|f| f.is_kernel).peekable();
    let has_kernel_names = kernel.peek().is_none() || kernel.any(|frame| frame.is_named);
    drop(kernel);
    Ok(Session { profile, cut: recording.cut, broken, unseen_processes, has_kernel_names })
}

/// Looks at a process, unless it ended and its pid went to another.
fn look(proc: &Procfs, symbols: &mut Symbols, process: &Recorded) -> Option<AddressSpace> {
    let pid = i32::try_from(process.pid).ok().filter(|pid| *pid > 0)?;
    let ticks_per_second = 100;
    let expected = process.started_ns / (1_000_000_000 / ticks_per_second);
    let is_same = || {
        let started = proc.process(pid).stat().ok()?.start_time;
        (started.abs_diff(expected) <= 1).then_some(())
    };
    is_same()?;
    let space = symbols.look_at(pid).ok()?;
    is_same()?;
    Some(space)
}
