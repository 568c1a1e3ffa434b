//! What the collector is asked and what it answers. It never signals a process.
//!
//! Methods: `status` → [`CollectorStatus`], `panorama` ([`PanoramaParams`]) → [`PanoramaResult`],
//! `profile` ([`ProfileParams`]) → [`ProfileResult`], `gpu.status` → [`GpuStatus`].
//! Bulk data goes by file: the collector writes into `outDir` and returns paths.

use crate::guard::{wire, MissingSource};
use serde::{Deserialize, Serialize};

wire! {
    /// The collector itself.
    pub struct CollectorStatus {
        /// Version of the executable.
        pub version: String,
        /// Process id.
        pub pid: i32,
        /// Since when it runs.
        pub started_at: String,
        /// Resident memory of the collector itself.
        pub rss_bytes: u64,
        /// What works here, e.g. `ebpf.profile`.
        pub capabilities: Vec<String>,
        /// What does not, and why.
        pub missing: Vec<MissingSource>,
    }
}

wire! {
    /// A file the collector wrote.
    pub struct OutFile {
        /// Absolute path.
        pub path: String,
        /// What it is: `panorama`, `pprof`, `collapsed`.
        pub kind: String,
        /// Media type, e.g. `application/json`.
        pub media_type: String,
        /// Size.
        pub bytes: u64,
    }
}

wire! {
    /// Asks for a memory panorama.
    pub struct PanoramaParams {
        /// `node` or `cgroup:/path`. The whole machine is always explained; the scope is marked and
        /// its own breakdown added.
        pub scope: String,
        /// Where to write the full report.
        pub out_dir: String,
    }
}

wire! {
    /// The report's heads; the whole is in `file`.
    pub struct PanoramaResult {
        /// When the figures were read.
        pub captured_at: String,
        /// How long that took.
        pub elapsed_ms: u32,
        /// The full [`Panorama`].
        pub file: OutFile,
        /// MemTotal.
        pub total_bytes: u64,
        /// What no source explains; may be negative when figures moved while being read.
        pub residual_bytes: i64,
        /// Top-level parts without children.
        pub parts: Vec<Part>,
        /// The five largest processes of the scope.
        pub top: Vec<ProcessMemory>,
        /// What is missing on this machine.
        pub missing: Vec<MissingSource>,
    }
}

wire! {
    /// Every byte of the machine: parts and residual add up to `totalBytes`.
    pub struct Panorama {
        /// When the figures were read.
        pub captured_at: String,
        /// How long that took.
        pub elapsed_ms: u32,
        /// The scope that was asked for.
        pub scope: String,
        /// MemTotal.
        pub total_bytes: u64,
        /// Exclusive parts, free memory among them.
        pub parts: Vec<Part>,
        /// `totalBytes - Σ parts`.
        pub residual_bytes: i64,
        /// What is missing on this machine, and why.
        pub missing: Vec<MissingSource>,
        /// Largest first, `others` summed at the end.
        pub processes: Vec<ProcessMemory>,
        /// Cgroups with a memory controller, largest first.
        pub cgroups: Vec<CgroupMemory>,
        /// The scope's own breakdown when it is a cgroup.
        pub scope_cgroup: Option<CgroupMemory>,
        /// Memory of devices, beside the sum.
        pub devices: Vec<DeviceMemory>,
    }
}

wire! {
    /// A part of physical memory.
    pub struct Part {
        /// Stable id, e.g. `free`, `anonymous`, `page_cache`, `slab_reclaimable`.
        pub id: String,
        /// For a person.
        pub title: String,
        /// Size.
        pub bytes: u64,
        /// Where the figure comes from, e.g. `/proc/meminfo AnonPages`.
        pub source: String,
        /// Exclusive parts of this part; may sum to less.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub children: Vec<Part>,
    }
}

wire! {
    /// Memory of one process. Pss figures share pages fairly, so they may be summed.
    pub struct ProcessMemory {
        /// Process id; 0 for `others`.
        pub pid: i32,
        /// `comm`, escaped.
        pub name: String,
        /// Cgroup path.
        pub cgroup: String,
        /// Effective uid.
        pub uid: u32,
        /// Proportional set size; null where smaps_rollup could not be read.
        pub pss_bytes: Option<u64>,
        /// Anonymous share of it.
        pub pss_anon_bytes: Option<u64>,
        /// Resident set size.
        pub rss_bytes: u64,
        /// Swapped out.
        pub swap_bytes: u64,
    }
}

wire! {
    /// Memory charged to one cgroup.
    pub struct CgroupMemory {
        /// Path below the memory controller's root.
        pub path: String,
        /// Charged in all.
        pub usage_bytes: u64,
        /// Limit; null without one.
        pub limit_bytes: Option<u64>,
        /// Anonymous.
        pub anon_bytes: u64,
        /// Page cache, tmpfs included.
        pub file_bytes: u64,
        /// Shared memory and tmpfs, a part of `fileBytes`.
        pub shmem_bytes: u64,
        /// Kernel memory; null where not accounted.
        pub kernel_bytes: Option<u64>,
        /// Number of processes directly in it.
        pub processes: u32,
    }
}

wire! {
    /// Memory of a device, not part of MemTotal.
    pub struct DeviceMemory {
        /// Stable id, e.g. the GPU's UUID.
        pub id: String,
        /// For a person.
        pub name: String,
        /// Size.
        pub total_bytes: u64,
        /// In use.
        pub used_bytes: u64,
    }
}

wire! {
    /// Asks for an on-CPU profile.
    pub struct ProfileParams {
        /// `node` or `cgroup:/path`: whose samples count.
        pub scope: String,
        /// Only this process, where given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pid: Option<i32>,
        /// 1 to 120.
        pub seconds: u32,
        /// 1 to 999; 99 avoids lock-step with timers.
        pub hz: u32,
        /// Where to write pprof and collapsed stacks.
        pub out_dir: String,
    }
}

wire! {
    /// What the profile saw.
    pub struct ProfileResult {
        /// When sampling began.
        pub started_at: String,
        /// How long it sampled.
        pub elapsed_ms: u32,
        /// Samples per second and CPU that were asked for.
        pub hz: u32,
        /// Samples kept.
        pub samples: u64,
        /// Samples that found no room.
        pub lost: u64,
        /// Share of frames without a name, 0 to 1.
        pub unknown_frames: f64,
        /// Hottest functions by self time.
        pub top: Vec<HotFunction>,
        /// pprof and collapsed.
        pub files: Vec<OutFile>,
        /// What is missing on this machine.
        pub missing: Vec<MissingSource>,
    }
}

wire! {
    /// One function of a profile.
    pub struct HotFunction {
        /// Demangled name, or module+offset.
        pub function: String,
        /// Executable, library or `[kernel]`.
        pub module: String,
        /// Samples in which it was on top.
        #[serde(rename = "self")]
        pub self_samples: u64,
        /// Samples in which it was anywhere on the stack.
        pub total: u64,
    }
}

wire! {
    /// NVML's answer, or why there is none.
    pub struct GpuStatus {
        /// Whether a driver answered.
        pub available: bool,
        /// Why not, e.g. `no NVIDIA driver`.
        pub reason: Option<String>,
        /// Version of the driver.
        pub driver_version: Option<String>,
        /// One entry per card.
        pub devices: Vec<GpuDevice>,
    }
}

wire! {
    /// One card.
    pub struct GpuDevice {
        /// NVML index.
        pub index: u32,
        /// UUID.
        pub uuid: String,
        /// Product name.
        pub name: String,
        /// VRAM.
        pub memory_total_bytes: u64,
        /// VRAM in use.
        pub memory_used_bytes: u64,
        /// Per cent of the last sample period in which a kernel ran.
        pub utilization_percent: Option<u32>,
        /// Degrees Celsius.
        pub temperature_c: Option<u32>,
        /// Watt.
        pub power_w: Option<f64>,
        /// Processes with VRAM.
        pub processes: Vec<GpuProcess>,
    }
}

wire! {
    /// A process on a card.
    pub struct GpuProcess {
        /// Process id.
        pub pid: i32,
        /// VRAM; null where the driver does not say.
        pub memory_bytes: Option<u64>,
    }
}
