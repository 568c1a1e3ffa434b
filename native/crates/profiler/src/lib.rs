//! Samples who is on the CPU, with eBPF, and gives the stacks names.
//!
//! [`profile`] does it all; in parts, [`record`] loads the program, lets a software clock tick on
//! every CPU and counts stacks, and [`resolve`] turns their addresses into functions. Nothing stays
//! in the kernel afterwards.
//!
//! Stacks are walked by frame pointers, so a program built without them shows its innermost
//! function only, or a wrong caller.

mod clock;
mod error;
mod program;
mod recording;
mod resolve;
mod sample;
mod scope;
mod session;

pub use error::Error;
pub use recording::{record, Options, Recorded, Recording};
pub use resolve::resolve;
pub use scope::Scope;
pub use session::{profile, Session};

/// Checks that this machine lets us profile: loads the program and unloads it again.
///
/// # Errors
/// [`Error::Unsupported`] with what is missing.
pub fn probe() -> Result<(), Error> {
    let settings = Scope::Node.settings()?;
    let object = program::load(settings, recording::RING_BYTES_MIN)?;
    let sampler = recording::sampler(&object)?;
    let first = clock::online_cpus()?.into_iter().take(1).collect::<Vec<_>>();
    clock::attach(&sampler, &first, 1).map(drop)
}
