//! What the death of a process really frees.
//!
//! RSS and PSS count pages that stay: files, and shared memory that still has a name. Private_Dirty
//! is right for private memory but wrong for two traps: a file in tmpfs that only one process maps
//! (its pages stay until the file is removed) and dirty pages of a shared file mapping (they stay
//! in the page cache).

use pitcrew_procfs::{Mapping, Rollup};

/// Bytes that come back when a process dies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frees {
    /// Memory that only this process holds.
    pub private: u64,
    /// Its share of anonymous memory, with pages shared by n processes counted 1/n; summed over
    /// all sharers it is what killing them together frees.
    pub anon_share: u64,
    /// Swap that only this process holds.
    pub swap: u64,
}

impl Frees {
    /// RAM and swap together.
    pub fn total(&self) -> u64 {
        self.private.saturating_add(self.swap)
    }
}

/// From `smaps_rollup`, for a process without shared memory. `swap` is VmSwap, which leaves swapped
/// tmpfs out.
pub fn frees(rollup: &Rollup, swap: u64) -> Frees {
    Frees {
        private: rollup.private_dirty.min(rollup.anonymous),
        anon_share: rollup.pss_anon,
        swap: own_swap(rollup.swap, rollup.swap_pss).min(swap),
    }
}

/// From `smaps`, for a process that maps shared memory.
pub fn frees_by_mapping(mappings: &[Mapping], swap: u64) -> Frees {
    let mut sum = Frees::default();
    for mapping in mappings {
        let memory = &mapping.memory;
        if dies_with_its_users(mapping) {
            sum.private += memory.private_dirty;
            sum.anon_share +=
                if mapping.inode == 0 { memory.pss_anon } else { memory.private_dirty };
        } else {
            // Only the pages that were copied on write belong to the process.
            sum.private += memory.private_dirty.min(memory.anonymous);
            sum.anon_share += memory.pss_anon;
        }
        if mapping.inode == 0 {
            sum.swap += own_swap(memory.swap, memory.swap_pss);
        }
    }
    sum.swap = sum.swap.min(swap);
    sum
}

/// Whether a mapping's pages go away with the last process that maps it: private memory, memfds,
/// shared anonymous memory, removed files. System V segments look removed but stay.
fn dies_with_its_users(mapping: &Mapping) -> bool {
    mapping.inode == 0 || (mapping.is_deleted() && !mapping.path.starts_with(b"/SYSV"))
}

/// Swap is counted once per sharer too; kernels before 4.3 do not say.
fn own_swap(swap: u64, proportional: u64) -> u64 {
    if proportional > 0 {
        swap.min(proportional)
    } else {
        swap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(inode: u64, path: &str, private_dirty: u64, anonymous: u64) -> Mapping {
        Mapping {
            start: 0,
            end: 0,
            device: (0, 1),
            inode,
            path: path.as_bytes().to_vec(),
            memory: Rollup { private_dirty, anonymous, pss_anon: anonymous, ..Rollup::default() },
        }
    }

    #[test]
    fn what_has_a_name_stays() {
        let free = |mapping| frees_by_mapping(&[mapping], 0).private;
        assert_eq!(free(mapping(0, "[heap]", 100, 100)), 100);
        assert_eq!(free(mapping(5, "/dev/shm/linked", 100, 0)), 0);
        assert_eq!(free(mapping(5, "/dev/shm/gone (deleted)", 100, 0)), 100);
        assert_eq!(free(mapping(5, "/memfd:x (deleted)", 100, 0)), 100);
        assert_eq!(free(mapping(5, "/SYSV00000000 (deleted)", 100, 0)), 0);
        assert_eq!(free(mapping(5, "/lib/libc.so", 30, 20)), 20);
    }

    #[test]
    fn dirty_pages_of_a_shared_file_mapping_stay_in_the_cache() {
        let rollup = Rollup { private_dirty: 300, anonymous: 10, ..Rollup::default() };
        assert_eq!(frees(&rollup, 0).private, 10);
    }

    #[test]
    fn shared_swap_is_not_counted_in_full() {
        let rollup = Rollup { swap: 100, swap_pss: 25, ..Rollup::default() };
        assert_eq!(frees(&rollup, 100).swap, 25);
        assert_eq!(frees(&rollup, 10).total(), 10);
    }
}
