//! What killing several processes together frees.
//!
//! Pages shared after a fork are freed only with their last user. Processes that share such pages
//! run the same executable (an exec would have dropped them), so that is what makes a family here.

use crate::snapshot::Facts;
use std::collections::HashMap;

/// Adds victims one by one and tells what all of them together free.
pub(crate) struct Batch<'a> {
    families: HashMap<&'a str, Family>,
    with_swap: bool,
}

#[derive(Default)]
struct Family {
    /// Members with shared pages that are still alive after the batch.
    remaining: usize,
    private: u64,
    shares: u64,
    swap: u64,
}

impl<'a> Batch<'a> {
    /// `with_swap`: whether freed swap counts, as it does on a node but not in a cgroup.
    pub fn new(processes: &'a [Facts], with_swap: bool) -> Self {
        let mut families: HashMap<&str, Family> = HashMap::new();
        for facts in processes {
            families.entry(facts.subject.exe.as_str()).or_default().remaining += 1;
        }
        Batch { families, with_swap }
    }

    /// What the batch would free in all with this one too.
    pub fn add(&mut self, facts: &'a Facts) -> u64 {
        if let (Some(family), Some(frees)) =
            (self.families.get_mut(facts.subject.exe.as_str()), facts.frees)
        {
            family.remaining = family.remaining.saturating_sub(1);
            family.private = family.private.saturating_add(frees.private);
            family.shares = family.shares.saturating_add(frees.anon_share.max(frees.private));
            family.swap = family.swap.saturating_add(frees.swap);
        }
        self.total()
    }

    fn total(&self) -> u64 {
        self.families
            .values()
            .map(|family| {
                // An unknown executable is no family: shared pages then count as staying.
                let memory = if family.remaining == 0 { family.shares } else { family.private };
                memory.saturating_add(if self.with_swap { family.swap } else { 0 })
            })
            .fold(0, u64::saturating_add)
    }
}
