//! Collapsed stacks: one line a stack, `process;root;…;leaf count`.

use crate::{Frame, Profile};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Writes the profile as collapsed stacks, root first, kernel frames marked `_[k]`.
///
/// Names come from strangers: a semicolon or a newline in one would forge frames or lines, so both
/// are escaped (`\x3b`; control characters were escaped when the name was read, and are here once
/// more to be sure).
pub fn collapsed(profile: &Profile) -> String {
    // Processes of one name fold together, as people expect of this format.
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for stack in &profile.stacks {
        let mut line = harmless(&profile.processes[stack.process].name);
        for id in stack.frames.iter().rev() {
            line.push(';');
            line.push_str(&label(profile.frames.get(*id)));
        }
        *lines.entry(line).or_default() += stack.samples;
    }
    let mut text = String::new();
    for (line, samples) in lines {
        let _ = writeln!(text, "{line} {samples}");
    }
    text
}

fn label(frame: &Frame) -> String {
    let mut name = harmless(&frame.function);
    if frame.is_kernel {
        name.push_str("_[k]");
    }
    name
}

fn harmless(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c == ';' || c.is_control() {
            let _ = write!(out, "\\x{:02x}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Frames, Process, Stack};
    use proptest::prelude::*;
    use std::time::{Duration, SystemTime};

    /// A profile of one process; `?` is a frame without a name, `k:` one of the kernel.
    pub(crate) fn profile(stacks: &[(&[&str], u64)]) -> Profile {
        let mut frames = Frames::default();
        let stacks = stacks
            .iter()
            .map(|(names, samples)| Stack {
                process: 0,
                samples: *samples,
                frames: names
                    .iter()
                    .map(|name| {
                        frames.intern(Frame {
                            function: name.trim_start_matches("k:").to_owned(),
                            module: "/bin/app".to_owned(),
                            source: None,
                            is_named: *name != "?",
                            is_kernel: name.starts_with("k:"),
                            address: 0x40,
                        })
                    })
                    .collect(),
            })
            .collect();
        Profile {
            started_at: SystemTime::UNIX_EPOCH,
            elapsed: Duration::from_secs(1),
            hz: 99,
            lost: 0,
            processes: vec![Process { pid: 7, name: "app".to_owned() }],
            frames,
            stacks,
        }
    }

    #[test]
    fn writes_the_root_first_and_marks_the_kernel() {
        let all = profile(&[(&["k:read", "hot", "main"], 3), (&["main"], 1)]);
        assert_eq!(collapsed(&all), "app;main 1\napp;main;hot;read_[k] 3\n");
    }

    #[test]
    fn hostile_names_forge_neither_frames_nor_lines() {
        let mut all = profile(&[(&["a;b\nroot 99"], 1)]);
        all.processes[0].name = "x;init 7\ny".to_owned();
        assert_eq!(collapsed(&all), "x\\x3binit 7\\x0ay;a\\x3bb\\x0aroot 99 1\n");
    }

    proptest! {
        #[test]
        fn every_line_keeps_its_depth_and_count(names in proptest::collection::vec(".*", 1..5)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let text = collapsed(&profile(&[(&names, 42)]));
            prop_assert_eq!(text.lines().count(), 1);
            prop_assert!(text.ends_with(" 42\n"));
            prop_assert_eq!(text.matches(';').count(), names.len());
        }
    }
}
