/**
 * What the collector is asked and what it answers. It never signals a process.
 *
 * Generated from native/crates/contract by `deno task generate`; do not edit.
 *
 * @module
 */
import type { MissingSource } from "./guard.ts";

/** The collector itself. */
export interface CollectorStatus {
  /** Version of the executable. */
  version: string;
  /** Process id. */
  pid: number;
  /** Since when it runs. */
  startedAt: string;
  /** Resident memory of the collector itself. */
  rssBytes: number;
  /** What works here, e.g. `ebpf.profile`. */
  capabilities: string[];
  /** What does not, and why. */
  missing: MissingSource[];
}

/** Asks for a memory panorama. */
export interface PanoramaParams {
  /**
   * `node` or `cgroup:/path`. The whole machine is always explained; the scope is marked and its
   * own breakdown added.
   */
  scope: string;
  /** Where to write the full report. */
  outDir: string;
}

/** The report's heads; the whole is in `file`. */
export interface PanoramaResult {
  /** When the figures were read. */
  capturedAt: string;
  /** How long that took. */
  elapsedMs: number;
  /** The full `Panorama`. */
  file: OutFile;
  /** MemTotal. */
  totalBytes: number;
  /** What no source explains; may be negative when figures moved while being read. */
  residualBytes: number;
  /** Top-level parts without children. */
  parts: Part[];
  /** The five largest processes of the scope. */
  top: ProcessMemory[];
  /** What is missing on this machine. */
  missing: MissingSource[];
}

/** A file the collector wrote. */
export interface OutFile {
  /** Absolute path. */
  path: string;
  /** What it is: `panorama`, `pprof`, `collapsed`. */
  kind: string;
  /** Media type, e.g. `application/json`. */
  mediaType: string;
  /** Size. */
  bytes: number;
}

/** A part of physical memory. */
export interface Part {
  /** Stable id, e.g. `free`, `anonymous`, `page_cache`, `slab_reclaimable`. */
  id: string;
  /** For a person. */
  title: string;
  /** Size. */
  bytes: number;
  /** Where the figure comes from, e.g. `/proc/meminfo AnonPages`. */
  source: string;
  /** Exclusive parts of this part; may sum to less. */
  children?: Part[];
}

/** Memory of one process. Pss figures share pages fairly, so they may be summed. */
export interface ProcessMemory {
  /** Process id; 0 for `others`. */
  pid: number;
  /** `comm`, escaped. */
  name: string;
  /** Cgroup path. */
  cgroup: string;
  /** Effective uid. */
  uid: number;
  /** Proportional set size; null where smaps_rollup could not be read. */
  pssBytes: number | null;
  /** Anonymous share of it. */
  pssAnonBytes: number | null;
  /** Resident set size. */
  rssBytes: number;
  /** Swapped out. */
  swapBytes: number;
}

/** Asks for an on-CPU profile. */
export interface ProfileParams {
  /** `node` or `cgroup:/path`: whose samples count. */
  scope: string;
  /** Only this process, where given. */
  pid?: number;
  /** 1 to 120. */
  seconds: number;
  /** 1 to 999; 99 avoids lock-step with timers. */
  hz: number;
  /** Where to write pprof and collapsed stacks. */
  outDir: string;
}

/** What the profile saw. */
export interface ProfileResult {
  /** When sampling began. */
  startedAt: string;
  /** How long it sampled. */
  elapsedMs: number;
  /** Samples per second and CPU that were asked for. */
  hz: number;
  /** Samples kept. */
  samples: number;
  /** Samples that found no room. */
  lost: number;
  /** Share of frames without a name, 0 to 1. */
  unknownFrames: number;
  /** Hottest functions by self time. */
  top: HotFunction[];
  /** pprof and collapsed. */
  files: OutFile[];
  /** What is missing on this machine. */
  missing: MissingSource[];
}

/** One function of a profile. */
export interface HotFunction {
  /** Demangled name, or module+offset. */
  function: string;
  /** Executable, library or `[kernel]`. */
  module: string;
  /** Samples in which it was on top. */
  self: number;
  /** Samples in which it was anywhere on the stack. */
  total: number;
}

/** NVML's answer, or why there is none. */
export interface GpuStatus {
  /** Whether a driver answered. */
  available: boolean;
  /** Why not, e.g. `no NVIDIA driver`. */
  reason: string | null;
  /** Version of the driver. */
  driverVersion: string | null;
  /** One entry per card. */
  devices: GpuDevice[];
}

/** One card. */
export interface GpuDevice {
  /** NVML index. */
  index: number;
  /** UUID. */
  uuid: string;
  /** Product name. */
  name: string;
  /** VRAM. */
  memoryTotalBytes: number;
  /** VRAM in use. */
  memoryUsedBytes: number;
  /** Per cent of the last sample period in which a kernel ran. */
  utilizationPercent: number | null;
  /** Degrees Celsius. */
  temperatureC: number | null;
  /** Watt. */
  powerW: number | null;
  /** Processes with VRAM. */
  processes: GpuProcess[];
}

/** A process on a card. */
export interface GpuProcess {
  /** Process id. */
  pid: number;
  /** VRAM; null where the driver does not say. */
  memoryBytes: number | null;
}

/** Every byte of the machine: parts and residual add up to `totalBytes`. */
export interface Panorama {
  /** When the figures were read. */
  capturedAt: string;
  /** How long that took. */
  elapsedMs: number;
  /** The scope that was asked for. */
  scope: string;
  /** MemTotal. */
  totalBytes: number;
  /** Exclusive parts, free memory among them. */
  parts: Part[];
  /** `totalBytes - Σ parts`. */
  residualBytes: number;
  /** What is missing on this machine, and why. */
  missing: MissingSource[];
  /** Largest first, `others` summed at the end. */
  processes: ProcessMemory[];
  /** Cgroups with a memory controller, largest first. */
  cgroups: CgroupMemory[];
  /** The scope's own breakdown when it is a cgroup. */
  scopeCgroup: CgroupMemory | null;
  /** Memory of devices, beside the sum. */
  devices: DeviceMemory[];
}

/** Memory charged to one cgroup. */
export interface CgroupMemory {
  /** Path below the memory controller's root. */
  path: string;
  /** Charged in all. */
  usageBytes: number;
  /** Limit; null without one. */
  limitBytes: number | null;
  /** Anonymous. */
  anonBytes: number;
  /** Page cache, tmpfs included. */
  fileBytes: number;
  /** Shared memory and tmpfs, a part of `fileBytes`. */
  shmemBytes: number;
  /** Kernel memory; null where not accounted. */
  kernelBytes: number | null;
  /** Number of processes directly in it. */
  processes: number;
}

/** Memory of a device, not part of MemTotal. */
export interface DeviceMemory {
  /** Stable id, e.g. the GPU's UUID. */
  id: string;
  /** For a person. */
  name: string;
  /** Size. */
  totalBytes: number;
  /** In use. */
  usedBytes: number;
}

/** The collector's methods, each with its parameters and result. */
export interface CollectorMethods {
  /** The collector itself. */
  "status": { params: Record<string, never>; result: CollectorStatus };
  /** Where the machine's memory is, as a file. */
  "panorama": { params: PanoramaParams; result: PanoramaResult };
  /** Samples stacks on the processors, as files. */
  "profile": { params: ProfileParams; result: ProfileResult };
  /** The machine's GPUs and who uses them. */
  "gpu.status": { params: Record<string, never>; result: GpuStatus };
}
