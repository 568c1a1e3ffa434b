//! The figures of one cgroup, the same for both versions.

use crate::path::CgroupPath;

/// `memory.stat`, counting everything below the cgroup too. Bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemoryStat {
    /// Anonymous memory.
    pub anon: u64,
    /// Page cache, tmpfs and shared memory included.
    pub file: u64,
    /// tmpfs and shared memory, a part of `file`.
    pub shmem: u64,
    /// File pages on the active list.
    pub active_file: u64,
    /// File pages on the inactive list.
    pub inactive_file: u64,
    /// File pages that are mapped.
    pub mapped_file: u64,
    /// File pages not written back yet.
    pub dirty: u64,
    /// Slab that can be reclaimed; v2 only.
    pub slab_reclaimable: Option<u64>,
    /// Kernel memory in all; v2 only (v1 has it apart from the stat file).
    pub kernel: Option<u64>,
}

impl MemoryStat {
    /// Parses `memory.stat` of v1 (the `total_` figures) or v2; what is missing counts as 0.
    pub fn parse(text: &str) -> Self {
        let mut stat = MemoryStat::default();
        let mut cache = None;
        for line in text.lines() {
            let Some((key, value)) = line.split_once(' ') else { continue };
            let Ok(value) = value.trim().parse::<u64>() else { continue };
            match key {
                "anon" | "total_rss" => stat.anon = value,
                "file" => stat.file = value,
                "total_cache" => cache = Some(value),
                "shmem" if cache.is_none() => stat.shmem = value,
                "total_shmem" => stat.shmem = value,
                "active_file" if cache.is_none() => stat.active_file = value,
                "total_active_file" => stat.active_file = value,
                "inactive_file" if cache.is_none() => stat.inactive_file = value,
                "total_inactive_file" => stat.inactive_file = value,
                "file_mapped" | "total_mapped_file" => stat.mapped_file = value,
                "file_dirty" | "total_dirty" => stat.dirty = value,
                "slab_reclaimable" => stat.slab_reclaimable = Some(value),
                "kernel" => stat.kernel = Some(value),
                _ => {}
            }
        }
        if let Some(cache) = cache {
            stat.file = cache;
        }
        stat
    }

    /// What the kernel can take back without killing or swapping: file pages that live on the file
    /// lists (tmpfs does not) and reclaimable slab.
    pub fn reclaimable(&self) -> u64 {
        self.active_file
            .saturating_add(self.inactive_file)
            .saturating_add(self.slab_reclaimable.unwrap_or(0))
    }
}

/// The limit that a cgroup will run into first: its own or an ancestor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The cgroup that has the limit.
    pub path: CgroupPath,
    /// The limit, in bytes.
    pub limit: u64,
    /// What is charged to that cgroup, in bytes.
    pub usage: u64,
    /// How much of it can be reclaimed, in bytes.
    pub reclaimable: u64,
}

impl Constraint {
    /// What may still be allocated before the limit is hit: `limit − (usage − reclaimable)`.
    pub fn headroom(&self) -> u64 {
        self.limit.saturating_sub(self.usage.saturating_sub(self.reclaimable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn v1_counts_descendants() {
        let stat = MemoryStat::parse(
            "cache 1\nrss 2\nshmem 3\ninactive_file 4\nactive_file 5\ntotal_cache 10\n\
             total_rss 20\ntotal_shmem 30\ntotal_inactive_file 40\ntotal_active_file 50\n",
        );
        assert_eq!((stat.anon, stat.file, stat.shmem), (20, 10, 30));
        assert_eq!(stat.reclaimable(), 90);
        assert_eq!(stat.kernel, None);
    }

    #[test]
    fn v2_adds_reclaimable_slab() {
        let stat = MemoryStat::parse(
            "anon 7\nfile 8\nkernel 9\nshmem 1\ninactive_file 2\nactive_file 3\n\
             slab_reclaimable 4\nfile_mapped 5\n",
        );
        assert_eq!((stat.anon, stat.file, stat.kernel), (7, 8, Some(9)));
        assert_eq!(stat.reclaimable(), 9);
    }

    #[test]
    fn headroom_never_wraps() {
        let path = CgroupPath::root();
        let over = Constraint { path, limit: 10, usage: 30, reclaimable: 5 };
        assert_eq!(over.headroom(), 0);
        assert_eq!(Constraint { reclaimable: 99, ..over.clone() }.headroom(), 10);
        assert_eq!(Constraint { usage: 8, ..over }.headroom(), 7);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(anon|file|total_cache|kernel|[a-z_]*)[ 0-9\n-]{0,60}") {
            let _ = MemoryStat::parse(&text).reclaimable();
        }
    }
}
