//! The kernel's counters that the parts are made of.

use crate::unavailable;
use pitcrew_contract::guard::MissingSource;
use pitcrew_procfs::{Error, Meminfo, Procfs};
use std::fs;

/// What the kernel counts, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// `/proc/meminfo`.
    pub meminfo: Meminfo,
    /// Pages that `/proc/meminfo` does not show.
    pub vmstat: Vmstat,
    /// Free pages in the per-CPU lists, which MemFree does not count.
    pub free_per_cpu: Option<u64>,
}

/// Counters of `/proc/vmstat` that `/proc/meminfo` lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vmstat {
    /// `nr_zspages`: the pool of zram and zswap.
    pub zspages: Option<u64>,
    /// `nr_kernel_misc_reclaimable`.
    pub misc_reclaimable: Option<u64>,
    /// `nr_memmap_pages`: descriptors of memory added after boot.
    pub memmap: Option<u64>,
}

impl Counters {
    /// Reads them one right after the other, as they move all the time.
    ///
    /// # Errors
    /// When `/proc/meminfo` cannot be read; the others are reported in `missing`.
    pub fn read(proc: &Procfs, missing: &mut Vec<MissingSource>) -> Result<Self, Error> {
        let page = page_bytes();
        let meminfo = proc.meminfo()?;
        let mut text = |name: &str| {
            let path = proc.dir().join(name);
            fs::read_to_string(&path)
                .map_err(|error| {
                    missing.push(unavailable(&format!("/proc/{name}"), error.to_string()))
                })
                .ok()
        };
        let (vmstat, zoneinfo) = (text("vmstat"), text("zoneinfo"));
        let counters = Counters {
            meminfo,
            vmstat: vmstat.map(|text| Vmstat::parse(&text, page)).unwrap_or_default(),
            free_per_cpu: zoneinfo.map(|text| per_cpu_pages(&text).saturating_mul(page)),
        };
        counters.check(missing);
        Ok(counters)
    }

    /// Says which counters this kernel lacks, as their memory then lies in the residual.
    fn check(&self, missing: &mut Vec<MissingSource>) {
        let m = &self.meminfo;
        let expected = [
            ("MemFree", m.free),
            ("AnonPages", m.anon_pages),
            ("Active(file)", m.active_file),
            ("Inactive(file)", m.inactive_file),
            ("Shmem", m.shmem),
            ("SReclaimable", m.slab_reclaimable),
            ("SUnreclaim", m.slab_unreclaimable),
            ("KernelStack", m.kernel_stack),
            ("PageTables", m.page_tables),
            ("VmallocUsed", m.vmalloc_used),
            ("Percpu", m.percpu),
        ];
        let absent: Vec<&str> =
            expected.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        if !absent.is_empty() {
            let reason = format!("this kernel does not report {}", absent.join(", "));
            missing.push(unavailable("/proc/meminfo", reason));
        }
        missing.push(unavailable(
            "driver pages",
            "the kernel has no counter for pages that drivers take for themselves (network rings, \
             DMA and GPU buffers); they lie in the residual",
        ));
    }
}

impl Vmstat {
    fn parse(text: &str, page: u64) -> Self {
        let mut vmstat = Vmstat::default();
        for line in text.lines() {
            let Some((name, value)) = line.split_once(' ') else { continue };
            let field = match name {
                "nr_zspages" => &mut vmstat.zspages,
                "nr_kernel_misc_reclaimable" => &mut vmstat.misc_reclaimable,
                "nr_memmap_pages" => &mut vmstat.memmap,
                _ => continue,
            };
            *field = value.trim().parse::<u64>().ok().map(|pages| pages.saturating_mul(page));
        }
        vmstat
    }
}

/// Sums the `count:` lines below `pagesets` of `/proc/zoneinfo`.
fn per_cpu_pages(text: &str) -> u64 {
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix("count:")?.trim().parse::<u64>().ok())
        .fold(0, u64::saturating_add)
}

/// Size of a page.
pub(crate) fn page_bytes() -> u64 {
    // SAFETY: sysconf reads a constant of the system.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_meminfo_lacks() {
        let vmstat = Vmstat::parse("nr_free_pages 9\nnr_zspages 3\nnr_memmap_pages x\n", 4096);
        assert_eq!((vmstat.zspages, vmstat.memmap), (Some(12288), None));
    }

    #[test]
    fn sums_the_lists_of_all_cpus_and_zones() {
        let text = "Node 0, zone   Normal\n  pages free     3840\n  pagesets\n    cpu: 0\n\
            \x20             count:    35\n              high:  99\n    cpu: 1\n\
            \x20             count: 7\n";
        assert_eq!(per_cpu_pages(text), 42);
    }
}
