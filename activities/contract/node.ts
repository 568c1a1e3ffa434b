/**
 * The actions of a node: inputs and outputs. Sizes in bytes, times ISO 8601.
 *
 * @module
 */

/** How close a scope is to running out of memory. */
export type Level = "ok" | "warning" | "urgent" | "critical";

/** `memory.detect`. */
export interface DetectWith {
  /** `node` or `cgroup:/path`. */
  scope: string;
}
/** What `memory.detect` found. */
export interface DetectOutputs {
  /** `node` or `cgroup:/path`. */
  scope: string;
  /** How close to running out of memory. */
  level: Level;
  /** What may still be allocated, bytes. */
  headroomBytes: number;
  /** What the scope may use in all, bytes. */
  totalBytes: number;
  /** Headroom below which the level is `warning`, bytes. */
  warningHeadroomBytes: number;
  /** Headroom below which the level is `urgent`, bytes. */
  urgentHeadroomBytes: number;
  /** Headroom below which the level is `critical`, on a node only under pressure, bytes. */
  criticalHeadroomBytes: number;
  /** Why, in one sentence naming figure and threshold. */
  reason: string;
  /** When, ISO 8601. */
  at: string;
  /** What was read; null where the machine does not have it. */
  figures: Record<string, number | null>;
}

/** `memory.panorama`: the full report is the artifact of kind `panorama`. */
export interface PanoramaWith {
  /** `node` or `cgroup:/path`. */
  scope: string;
}
/** Heads of the panorama; the artifact has the whole. */
export interface PanoramaOutputs {
  /** When the figures were read, ISO 8601. */
  capturedAt: string;
  /** How long it took, milliseconds. */
  elapsedMs: number;
  /** What the scope may use in all, bytes. */
  totalBytes: number;
  /** What no source explains, bytes. */
  residualBytes: number;
  /** Exclusive parts of physical memory. */
  parts: { id: string; title: string; bytes: number }[];
  /** The largest processes. */
  top: {
    pid: number;
    name: string;
    pssBytes: number | null;
    rssBytes: number;
    swapBytes: number;
  }[];
  /** What this machine could not tell, and why. */
  missing: { source: string; reason: string }[];
}

/** `memory.plan`: who a kill would take now; nothing is touched. */
export interface PlanWith {
  /** `node` or `cgroup:/path`. */
  scope: string;
  /** As in {@link RelieveWith}. */
  target?: string;
  /** Central policy (YAML); protection only grows by it. */
  policy?: string;
}
/** Who would go, and who is left alone. */
export interface PlanOutputs {
  /** When, ISO 8601. */
  at: string;
  /** `node` or `cgroup:/path`. */
  scope: string;
  /** How close to running out of memory. */
  level: Level;
  /** What may still be allocated, bytes. */
  headroomBytes: number;
  /** Headroom to reach, bytes. */
  targetHeadroomBytes: number;
  /** `target - headroom`, 0 when there is nothing to do. */
  neededBytes: number;
  /** What the plan expected to come back, bytes. */
  predictedBytes: number;
  /** At most 100, best first. */
  victims: {
    rank: number;
    pid: number;
    startTime: number;
    name: string;
    scoreBytes: number;
    rssBytes: number;
    chosen: boolean;
    reason: string;
  }[];
  /** At most 100. */
  protected: { pid: number; name: string; rule: string }[];
  /** How many victims and protected processes there are in all. */
  victimsTotal: number;
  /** How many protected processes there are in all. */
  protectedTotal: number;
  /** sha256 (hex) of the merged policy. */
  policyHash: string;
  /** What this machine could not tell, and why. */
  missing: { source: string; reason: string }[];
}

/** `memory.relieve`: the full plan is the artifact of kind `plan`. */
export interface RelieveWith {
  /** `node` or `cgroup:/path`. */
  scope: string;
  /** Headroom to reach: `20%` of the scope, or bytes (`512MiB`). Omitted: the policy's. */
  target?: string;
  /** Milliseconds or a duration (`2s`) between SIGTERM and SIGKILL. */
  grace?: string | number;
  /** Act only from this level on; `warning` by default. */
  minLevel?: Level;
  /** Most processes to kill; 32 by default. */
  maxVictims?: number;
}
/** One process that was signalled. */
export interface KillRecord {
  /** Process id. */
  pid: number;
  /** Clock ticks since boot. */
  startTime: number;
  /** `comm`, escaped. */
  name: string;
  /** The last signal sent. */
  signal: string;
  /** When, ISO 8601. */
  at: string;
  /** When the process was gone; null if it still lived at the end, ISO 8601. */
  goneAt: string | null;
  /** What the plan expected to come back, bytes. */
  predictedBytes: number;
  /** Headroom gained between its signal and its end, bytes. */
  freedBytes: number;
  /** What became of it: `killed`, `exited`, `already_gone`, `pid_reused`, `protected`, `failed`. */
  outcome: string;
  /** Why, where the outcome needs it. */
  note?: string;
}
/** What an order came to. */
export interface RelieveOutputs {
  /** How it ended. */
  status: "relieved" | "insufficient" | "not_needed" | "dry_run" | "superseded" | "cancelled";
  /** `node` or `cgroup:/path`. */
  scope: string;
  /** Level before the first signal. */
  levelBefore: Level;
  /** Level after the last victim was gone. */
  levelAfter: Level;
  /** What could still be allocated before, bytes. */
  headroomBeforeBytes: number;
  /** What could still be allocated afterwards, bytes. */
  headroomAfterBytes: number;
  /** Headroom to reach, bytes. */
  targetHeadroomBytes: number;
  /** What the plan expected to come back, bytes. */
  predictedBytes: number;
  /** Headroom gained in all, measured, bytes. */
  groupFreedBytes: number;
  /** Milliseconds from the first signal to the target; null when it was not reached. */
  recoveredMs: number | null;
  /** Every process that was signalled, in order. */
  kills: KillRecord[];
  /** The victims the plan chose (in a dry run: who would have gone), at most 32. */
  chosen: {
    rank: number;
    pid: number;
    startTime: number;
    name: string;
    scoreBytes: number;
    reason: string;
  }[];
  /** Who was left alone and by which rule, at most 32. */
  protected: { pid: number; name: string; rule: string }[];
  /** The reflex's intervention that came first. */
  supersededBy: string | null;
  /** sha256 (hex) of the merged policy. */
  policyHash: string;
}

/** `cpu.hotspots`: pprof and collapsed stacks are artifacts. */
export interface HotspotsWith {
  /** `node` or `cgroup:/path`. */
  scope: string;
  /** 1 to 120, 5 by default. */
  seconds?: number;
  /** 1 to 999, 99 by default. */
  hz?: number;
}
/** What the profile saw. */
export interface HotspotsOutputs {
  /** When it began, ISO 8601. */
  startedAt: string;
  /** How long it took, milliseconds. */
  elapsedMs: number;
  /** Samples a second and processor that were asked for. */
  hz: number;
  /** Samples kept. */
  samples: number;
  /** Samples that found no room. */
  lost: number;
  /** Share of frames without a name, 0 to 1. */
  unknownFrames: number;
  /** Hottest functions by self samples, at most 20. */
  top: { function: string; module: string; self: number; total: number }[];
  /** What this machine could not tell, and why. */
  missing: { source: string; reason: string }[];
}

/** `gpu.status`: skipped without a driver. */
// deno-lint-ignore no-empty-interface
export interface GpuStatusWith {}
/** What the GPUs held. */
export interface GpuStatusOutputs {
  /** Version of the driver. */
  driverVersion: string;
  /** One entry per card. */
  devices: {
    index: number;
    uuid: string;
    name: string;
    memoryTotalBytes: number;
    memoryUsedBytes: number;
    utilizationPercent: number | null;
    temperatureC: number | null;
    powerW: number | null;
    processes: { pid: number; memoryBytes: number | null }[];
  }[];
}
