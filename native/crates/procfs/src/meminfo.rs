//! `/proc/meminfo`.

use crate::error::{Error, Result};
use crate::text::{key_value, kilobytes, lines, number};

macro_rules! meminfo {
    ($( $(#[$doc:meta])* $field:ident = $name:literal ),* $(,)?) => {
        /// The machine's memory in bytes (huge page counts in pages); a field is `None` where this
        /// kernel does not report it. Parsing allocates nothing.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Meminfo {
            /// MemTotal: usable RAM.
            pub total: u64,
            $( $(#[$doc])* pub $field: Option<u64>, )*
        }

        impl Meminfo {
            /// Parses the file's content.
            ///
            /// # Errors
            /// When MemTotal is missing or zero; an unknown or malformed line is ignored.
            pub fn parse(bytes: &[u8]) -> Result<Self> {
                let mut info = Meminfo::default();
                for line in lines(bytes) {
                    let Some((key, value)) = key_value(line) else { continue };
                    let value = kilobytes(value).or_else(|| number(value));
                    match std::str::from_utf8(key).unwrap_or_default() {
                        "MemTotal" => info.total = value.unwrap_or(0),
                        $( $name => info.$field = value, )*
                        _ => {}
                    }
                }
                if info.total == 0 {
                    return Err(Error::parse("MemTotal", "missing"));
                }
                Ok(info)
            }
        }
    };
}

meminfo! {
    /// MemFree.
    free = "MemFree",
    /// MemAvailable: the kernel's estimate of what may be allocated without swapping.
    available = "MemAvailable",
    /// Buffers: page cache of block devices.
    buffers = "Buffers",
    /// Cached: page cache, shared memory included.
    cached = "Cached",
    /// SwapCached.
    swap_cached = "SwapCached",
    /// Active(anon).
    active_anon = "Active(anon)",
    /// Inactive(anon).
    inactive_anon = "Inactive(anon)",
    /// Active(file).
    active_file = "Active(file)",
    /// Inactive(file).
    inactive_file = "Inactive(file)",
    /// Unevictable.
    unevictable = "Unevictable",
    /// Mlocked.
    mlocked = "Mlocked",
    /// SwapTotal.
    swap_total = "SwapTotal",
    /// SwapFree.
    swap_free = "SwapFree",
    /// Zswap: memory that holds compressed swap.
    zswap = "Zswap",
    /// Zswapped: what it would be uncompressed.
    zswapped = "Zswapped",
    /// Dirty.
    dirty = "Dirty",
    /// Writeback.
    writeback = "Writeback",
    /// AnonPages: mapped anonymous memory.
    anon_pages = "AnonPages",
    /// Mapped: mapped file pages.
    mapped = "Mapped",
    /// Shmem: tmpfs and shared memory, a part of Cached.
    shmem = "Shmem",
    /// KReclaimable.
    kernel_reclaimable = "KReclaimable",
    /// Slab.
    slab = "Slab",
    /// SReclaimable.
    slab_reclaimable = "SReclaimable",
    /// SUnreclaim.
    slab_unreclaimable = "SUnreclaim",
    /// KernelStack.
    kernel_stack = "KernelStack",
    /// PageTables.
    page_tables = "PageTables",
    /// SecPageTables: page tables of virtual machines and IOMMUs.
    secondary_page_tables = "SecPageTables",
    /// NFS_Unstable.
    nfs_unstable = "NFS_Unstable",
    /// Bounce.
    bounce = "Bounce",
    /// WritebackTmp.
    writeback_tmp = "WritebackTmp",
    /// CommitLimit.
    commit_limit = "CommitLimit",
    /// Committed_AS.
    committed = "Committed_AS",
    /// VmallocUsed.
    vmalloc_used = "VmallocUsed",
    /// Percpu.
    percpu = "Percpu",
    /// HardwareCorrupted.
    hardware_corrupted = "HardwareCorrupted",
    /// AnonHugePages, a part of AnonPages.
    anon_huge_pages = "AnonHugePages",
    /// ShmemHugePages, a part of Shmem.
    shmem_huge_pages = "ShmemHugePages",
    /// FileHugePages.
    file_huge_pages = "FileHugePages",
    /// Balloon: given back to the hypervisor.
    balloon = "Balloon",
    /// CmaTotal.
    cma_total = "CmaTotal",
    /// CmaFree.
    cma_free = "CmaFree",
    /// Unaccepted: memory a confidential guest has not accepted yet.
    unaccepted = "Unaccepted",
    /// HugePages_Total, in pages.
    huge_pages_total = "HugePages_Total",
    /// HugePages_Free, in pages.
    huge_pages_free = "HugePages_Free",
    /// Hugepagesize.
    huge_page_size = "Hugepagesize",
    /// Hugetlb: all reserved huge pages.
    hugetlb = "Hugetlb",
    /// GPUActive: pages a GPU driver reports as in use.
    gpu_active = "GPUActive",
    /// GPUReclaim: pages a GPU driver could give back.
    gpu_reclaim = "GPUReclaim",
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_bytes_and_page_counts() {
        let info = Meminfo::parse(
            b"MemTotal:  1024 kB\nMemAvailable: 512 kB\nHugePages_Total:  3\nNew_Line: 9 kB\n",
        )
        .unwrap();
        assert_eq!(info.total, 1 << 20);
        assert_eq!(info.available, Some(512 << 10));
        assert_eq!(info.huge_pages_total, Some(3));
        assert_eq!(info.swap_total, None);
    }

    #[test]
    fn a_file_without_a_total_is_an_error_naming_it() {
        let error = Meminfo::parse(b"MemFree: 1 kB\n").unwrap_err();
        assert!(error.to_string().contains("MemTotal"), "{error}");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Meminfo::parse(&bytes);
        }
    }
}
