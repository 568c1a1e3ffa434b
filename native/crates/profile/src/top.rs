//! The hottest functions.

use crate::{FrameId, Profile};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// A function and how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub module: String,
    /// Samples in which it was on top.
    pub self_samples: u64,
    /// Samples in which it was anywhere on the stack; recursion counts once.
    pub total_samples: u64,
}

/// The `limit` functions with most self time, ties by total and name.
pub fn top(profile: &Profile, limit: usize) -> Vec<Function> {
    let mut functions: HashMap<(&str, &str), (u64, u64)> = HashMap::new();
    let name = |id: FrameId| {
        let frame = profile.frames.get(id);
        (frame.function.as_str(), frame.module.as_str())
    };
    for stack in &profile.stacks {
        if let Some(leaf) = stack.frames.first() {
            functions.entry(name(*leaf)).or_default().0 += stack.samples;
        }
        let once: HashSet<_> = stack.frames.iter().map(|id| name(*id)).collect();
        for function in once {
            functions.entry(function).or_default().1 += stack.samples;
        }
    }
    let mut all: Vec<Function> = functions
        .into_iter()
        .map(|((name, module), (self_samples, total_samples))| Function {
            name: name.to_owned(),
            module: module.to_owned(),
            self_samples,
            total_samples,
        })
        .collect();
    all.sort_by(|a, b| {
        let rank = |f: &Function| (Reverse(f.self_samples), Reverse(f.total_samples));
        rank(a).cmp(&rank(b)).then_with(|| (&a.name, &a.module).cmp(&(&b.name, &b.module)))
    });
    all.truncate(limit);
    all
}

/// Share of frames without a name, weighted by samples; 0 for an empty profile.
pub fn unknown_share(profile: &Profile) -> f64 {
    let (mut unknown, mut all) = (0u64, 0u64);
    for stack in &profile.stacks {
        let unnamed = stack.frames.iter().filter(|id| !profile.frames.get(**id).is_named).count();
        unknown += unnamed as u64 * stack.samples;
        all += stack.frames.len() as u64 * stack.samples;
    }
    if all == 0 {
        0.0
    } else {
        unknown as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collapsed::tests::profile;

    #[test]
    fn recursion_counts_once_in_the_total() {
        let all = profile(&[(&["leaf", "again", "again", "main"], 3), (&["again", "main"], 2)]);
        let found = top(&all, 10);
        let of = |name: &str| {
            let function = found.iter().find(|f| f.name == name).unwrap();
            (function.self_samples, function.total_samples)
        };
        assert_eq!(of("leaf"), (3, 3));
        assert_eq!(of("again"), (2, 5));
        assert_eq!(of("main"), (0, 5));
        assert_eq!(found[0].name, "leaf");
        assert_eq!(top(&all, 1).len(), 1);
    }

    #[test]
    fn the_share_of_unknown_frames_is_weighted_by_samples() {
        let mut all = profile(&[(&["?"], 3), (&["main"], 1)]);
        assert_eq!(unknown_share(&all), 0.75);
        all.stacks.clear();
        assert_eq!(unknown_share(&all), 0.0);
    }
}
