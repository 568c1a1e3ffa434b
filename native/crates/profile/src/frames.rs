//! Frames, each kept once.

use std::collections::HashMap;

/// One function at one line, as it stands on stacks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Demangled name, or module+offset.
    pub function: String,
    /// Path of the executable or library, `[kernel]`, or another name in brackets.
    pub module: String,
    /// Source file and line, where debug information tells them.
    pub source: Option<(String, u32)>,
    /// Whether `function` is a name that somebody gave it.
    pub is_named: bool,
    /// Whether it is kernel code.
    pub is_kernel: bool,
    /// Where it was seen first: file offset, or absolute in the kernel.
    pub address: u64,
}

/// Index of a frame in its [`Frames`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FrameId(u32);

/// A set of frames.
#[derive(Debug, Clone, Default)]
pub struct Frames {
    all: Vec<Frame>,
    ids: HashMap<Frame, FrameId>,
}

impl Frames {
    /// The frame's id; frames that differ in nothing but the address share one.
    pub fn intern(&mut self, frame: Frame) -> FrameId {
        let key = Frame { address: 0, ..frame.clone() };
        let next = FrameId(self.all.len() as u32);
        *self.ids.entry(key).or_insert_with(|| {
            self.all.push(frame);
            next
        })
    }

    /// The frame behind an id.
    pub fn get(&self, id: FrameId) -> &Frame {
        &self.all[id.0 as usize]
    }

    /// All of them, in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FrameId, &Frame)> {
        self.all.iter().enumerate().map(|(at, frame)| (FrameId(at as u32), frame))
    }
}
