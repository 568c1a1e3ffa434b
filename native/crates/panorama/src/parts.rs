//! The exclusive parts of physical memory.

use crate::Counters;
use pitcrew_contract::collector::Part;
use pitcrew_procfs::Meminfo;
use std::cmp::Reverse;

/// Splits memory into exclusive parts, the largest first; parts of no size are left out.
///
/// No part comes from subtraction. Where the kernel's counters overlap, another counter or nesting
/// keeps the parts apart:
/// - `Cached` counts shared memory, which is a part of its own; so `page_cache` is what lies on the
///   LRU lists of files, where shared memory never does. File pages that cannot be reclaimed
///   (locked ones, ramfs) are not on them: no counter has those alone, they lie in the residual;
/// - `VmallocUsed` counts kernel stacks, which live there since Linux 4.9 (x86) and 4.14 (arm64);
///   no counter has the rest alone and only root may read `/proc/vmallocinfo`, so `kernel_stacks`
///   is a child of `vmalloc`;
/// - `KReclaimable` repeats SReclaimable, so only the miscellaneous rest is taken, from vmstat;
/// - huge pages of the transparent kind are children of the memory they hold, those of the reserved
///   pool are not in any other counter;
/// - `SwapCached` is mostly mapped and then in AnonPages, `CmaFree` and `Unaccepted` are in MemFree,
///   `Mapped`, `Dirty`, `Writeback`, `Mlocked` and the other LRU lists describe pages that are
///   counted already: none of them is a part.
pub fn parts(counters: &Counters) -> Vec<Part> {
    let m = &counters.meminfo;
    let bytes = |value: Option<u64>| value.unwrap_or(0);
    let file_lists = bytes(m.active_file).saturating_add(bytes(m.inactive_file));
    let pool = m
        .hugetlb
        .unwrap_or_else(|| bytes(m.huge_pages_total).saturating_mul(bytes(m.huge_page_size)));
    let unused_pool = bytes(m.huge_pages_free).saturating_mul(bytes(m.huge_page_size));
    let mut all = vec![
        part("free", "Free", m.free, "/proc/meminfo MemFree").with(vec![part(
            "free_unaccepted",
            "Not accepted yet",
            m.unaccepted,
            "/proc/meminfo Unaccepted",
        )]),
        part(
            "free_per_cpu",
            "Free, in per-CPU lists",
            counters.free_per_cpu,
            "/proc/zoneinfo pagesets",
        ),
        part("anonymous", "Anonymous memory of programs", m.anon_pages, "/proc/meminfo AnonPages")
            .with(vec![part(
                "anonymous_huge",
                "In transparent huge pages",
                m.anon_huge_pages,
                "/proc/meminfo AnonHugePages",
            )]),
        part(
            "page_cache",
            "Page cache of files",
            Some(file_lists),
            "/proc/meminfo Active(file) + Inactive(file); locked file pages are in the residual",
        )
        .with(vec![
            part("buffers", "Of block devices", m.buffers, "/proc/meminfo Buffers"),
            part(
                "page_cache_huge",
                "In transparent huge pages",
                m.file_huge_pages,
                "/proc/meminfo FileHugePages",
            ),
        ]),
        part("shared", "Shared memory and tmpfs", m.shmem, "/proc/meminfo Shmem").with(vec![part(
            "shared_huge",
            "In transparent huge pages",
            m.shmem_huge_pages,
            "/proc/meminfo ShmemHugePages",
        )]),
        part("huge_pages", "Reserved huge pages", Some(pool), "/proc/meminfo Hugetlb").with(vec![
            part(
                "huge_pages_unused",
                "Not in use (default size)",
                Some(unused_pool),
                "/proc/meminfo HugePages_Free × Hugepagesize",
            ),
        ]),
        part(
            "slab_reclaimable",
            "Kernel caches, reclaimable",
            m.slab_reclaimable,
            "/proc/meminfo SReclaimable",
        ),
        part(
            "slab_unreclaimable",
            "Kernel objects",
            m.slab_unreclaimable,
            "/proc/meminfo SUnreclaim",
        ),
        part(
            "kernel_reclaimable",
            "Other reclaimable kernel memory",
            counters.vmstat.misc_reclaimable,
            "/proc/vmstat nr_kernel_misc_reclaimable",
        ),
        part("page_tables", "Page tables", m.page_tables, "/proc/meminfo PageTables"),
        part(
            "page_tables_secondary",
            "Page tables of virtual machines and IOMMUs",
            m.secondary_page_tables,
            "/proc/meminfo SecPageTables",
        ),
        part("percpu", "Per-CPU kernel data", m.percpu, "/proc/meminfo Percpu"),
        part(
            "compressed_swap",
            "Compressed swap",
            // The pool of zswap usually lies in the same kind of pages.
            Some(bytes(counters.vmstat.zspages).max(bytes(m.zswap))),
            "/proc/vmstat nr_zspages, /proc/meminfo Zswap",
        ),
        part(
            "memory_map",
            "Descriptors of memory added since boot",
            counters.vmstat.memmap,
            "/proc/vmstat nr_memmap_pages",
        ),
        part("bounce", "Bounce buffers", m.bounce, "/proc/meminfo Bounce"),
        part(
            "writeback_copies",
            "Copies FUSE writes back",
            m.writeback_tmp,
            "/proc/meminfo WritebackTmp",
        ),
        part("balloon", "Given back to the hypervisor", m.balloon, "/proc/meminfo Balloon"),
        part("gpu", "Pages in use by GPU drivers", m.gpu_active, "/proc/meminfo GPUActive"),
        part(
            "gpu_reclaimable",
            "Pages GPU drivers could give back",
            m.gpu_reclaim,
            "/proc/meminfo GPUReclaim",
        ),
        part(
            "corrupted",
            "Taken out of use, hardware errors",
            m.hardware_corrupted,
            "/proc/meminfo HardwareCorrupted",
        ),
    ];
    all.extend(vmalloc(m));
    all.retain(|part| part.bytes > 0);
    all.sort_by_key(|part| Reverse(part.bytes));
    all
}

/// Kernel stacks are a child of the vmalloc area, or a part of their own where a kernel keeps them
/// elsewhere: one that reports less vmalloc than stacks.
fn vmalloc(m: &Meminfo) -> Vec<Part> {
    let stacks =
        part("kernel_stacks", "Kernel stacks", m.kernel_stack, "/proc/meminfo KernelStack");
    let area = |source| {
        let title = "Large kernel allocations, modules, eBPF maps and stacks";
        part("vmalloc", title, m.vmalloc_used, source)
    };
    if stacks.bytes > m.vmalloc_used.unwrap_or(0) {
        return vec![stacks, area("/proc/meminfo VmallocUsed")];
    }
    let source = "/proc/meminfo VmallocUsed; no counter has it without the stacks it holds";
    vec![area(source).with(vec![stacks])]
}

/// What the parts leave unexplained; negative when counters moved while they were read.
pub fn residual(total: u64, parts: &[Part]) -> i64 {
    let explained: i128 = parts.iter().map(|part| i128::from(part.bytes)).sum();
    let residual = i128::from(total) - explained;
    residual.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

fn part(id: &str, title: &str, bytes: Option<u64>, source: &str) -> Part {
    Part {
        id: id.to_owned(),
        title: title.to_owned(),
        bytes: bytes.unwrap_or(0),
        source: source.to_owned(),
        children: Vec::new(),
    }
}

trait WithChildren {
    fn with(self, children: Vec<Part>) -> Self;
}

impl WithChildren for Part {
    /// Adds the children that exist, cut to what is left of the parent: the kernel reads its
    /// counters one after the other, so a child can be ahead of its parent.
    fn with(mut self, children: Vec<Part>) -> Self {
        let mut left = self.bytes;
        for mut child in children {
            child.bytes = child.bytes.min(left);
            left -= child.bytes;
            if child.bytes > 0 {
                self.children.push(child);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counters::Vmstat;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<Part> {
        let meminfo = Meminfo::parse(text.as_bytes()).unwrap();
        parts(&Counters { meminfo, ..Default::default() })
    }

    fn bytes(parts: &[Part], id: &str) -> u64 {
        parts.iter().find(|part| part.id == id).map_or(0, |part| part.bytes >> 10)
    }

    #[test]
    fn nothing_is_counted_twice() {
        let found = of("MemTotal: 1000 kB\nCached: 300 kB\nBuffers: 50 kB\nShmem: 100 kB\n\
            Active(file): 150 kB\nInactive(file): 100 kB\nUnevictable: 9 kB\n\
            KReclaimable: 80 kB\nSlab: 90 kB\nSReclaimable: 60 kB\nSUnreclaim: 30 kB\n\
            KernelStack: 16 kB\nVmallocUsed: 40 kB\nAnonPages: 200 kB\nAnonHugePages: 100 kB\n\
            Mapped: 99 kB\nSwapCached: 9 kB\nHugePages_Total: 2\nHugepagesize: 32 kB\n");
        assert_eq!((bytes(&found, "page_cache"), bytes(&found, "shared")), (250, 100));
        let vmalloc = found.iter().find(|part| part.id == "vmalloc").unwrap();
        assert_eq!((bytes(&found, "vmalloc"), bytes(&vmalloc.children, "kernel_stacks")), (40, 16));
        assert_eq!(bytes(&found, "kernel_stacks"), 0);
        assert_eq!(bytes(&found, "huge_pages"), 64);
        let sum: u64 = found.iter().map(|part| part.bytes >> 10).sum();
        assert_eq!(sum, 250 + 100 + 60 + 30 + 40 + 200 + 64);
        assert_eq!(residual(1000 << 10, &found), (1000 - sum as i64) << 10);
    }

    #[test]
    fn stacks_outside_vmalloc_are_a_part_of_their_own() {
        let found = of("MemTotal: 1000 kB\nKernelStack: 50 kB\nVmallocUsed: 40 kB\n");
        assert_eq!((bytes(&found, "kernel_stacks"), bytes(&found, "vmalloc")), (50, 40));
    }

    #[test]
    fn file_pages_that_cannot_be_reclaimed_are_left_to_the_residual() {
        let found = of("MemTotal: 1000 kB\nCached: 300 kB\nBuffers: 50 kB\nShmem: 100 kB\n\
            Active(file): 150 kB\nInactive(file): 80 kB\nUnevictable: 20 kB\n");
        assert_eq!(bytes(&found, "page_cache"), 230);
        assert_eq!(residual(1000 << 10, &found), (1000 - 230 - 100) << 10);
    }

    #[test]
    fn the_largest_part_comes_first_and_empty_ones_not_at_all() {
        let found = of("MemTotal: 1000 kB\nMemFree: 10 kB\nAnonPages: 20 kB\nBounce: 0 kB\n");
        let ids: Vec<&str> = found.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["anonymous", "free"]);
    }

    proptest! {
        #[test]
        fn parts_and_residual_add_up_to_the_total(
            total in 1u64..1 << 45,
            values in proptest::collection::vec(proptest::option::of(0u64..1 << 45), 27),
        ) {
            let v = |at: usize| values[at];
            let meminfo = Meminfo {
                total,
                free: v(0), buffers: v(1), active_file: v(2), inactive_file: v(26), anon_pages: v(3), shmem: v(4),
                slab_reclaimable: v(5), slab_unreclaimable: v(6), kernel_stack: v(7),
                page_tables: v(8), secondary_page_tables: v(9), vmalloc_used: v(10),
                percpu: v(11), hugetlb: v(12), huge_pages_total: v(13), huge_page_size: v(14),
                anon_huge_pages: v(15), file_huge_pages: v(16), shmem_huge_pages: v(17),
                zswap: v(18), bounce: v(19), balloon: v(20), unaccepted: v(21),
                huge_pages_free: v(22), ..Default::default()
            };
            let vmstat = Vmstat { zspages: v(23), misc_reclaimable: v(24), memmap: None };
            let found = parts(&Counters { meminfo, vmstat, free_per_cpu: v(25) });
            let sum: i128 = found.iter().map(|part| i128::from(part.bytes)).sum();
            let rest = residual(total, &found);
            // Figures beyond what a machine can hold are clamped, never wrapped.
            prop_assert!(sum + i128::from(rest) == i128::from(total) || rest == i64::MIN);
            for part in &found {
                let children: u64 = part.children.iter().map(|child| child.bytes).sum();
                prop_assert!(children <= part.bytes);
            }
        }
    }
}
