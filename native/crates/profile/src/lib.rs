//! A symbolised profile and the formats it is written in: pprof and collapsed stacks.
//!
//! Everything here is pure: where samples come from and how addresses got their names is the
//! business of other crates.

mod collapsed;
mod frames;
mod pprof;
mod top;
pub mod wire;

pub use collapsed::collapsed;
pub use frames::{Frame, FrameId, Frames};
pub use pprof::pprof;
pub use top::{top, unknown_share, Function};

use std::time::{Duration, SystemTime};

/// What a sampler saw, with names.
#[derive(Debug, Clone)]
pub struct Profile {
    /// When sampling began.
    pub started_at: SystemTime,
    /// How long it sampled.
    pub elapsed: Duration,
    /// Samples per second and CPU.
    pub hz: u32,
    /// Samples that found no room.
    pub lost: u64,
    /// Whose stacks these are.
    pub processes: Vec<Process>,
    /// Every frame once.
    pub frames: Frames,
    /// Every distinct stack once.
    pub stacks: Vec<Stack>,
}

/// A process that was sampled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its pid; 0 when it has none in our pid namespace.
    pub pid: u32,
    /// Its `comm`, escaped.
    pub name: String,
}

/// A stack and how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Index into [`Profile::processes`].
    pub process: usize,
    /// Leaf first.
    pub frames: Vec<FrameId>,
    /// Number of samples.
    pub samples: u64,
}

impl Profile {
    /// Samples kept.
    pub fn samples(&self) -> u64 {
        self.stacks.iter().map(|stack| stack.samples).sum()
    }
}
