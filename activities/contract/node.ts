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
export interface DetectOutputs {
  scope: string;
  level: Level;
  headroomBytes: number;
  totalBytes: number;
  reason: string;
  at: string;
  figures: Record<string, number | null>;
}

/** `memory.panorama`: the full report is the artifact of kind `panorama`. */
export interface PanoramaWith {
  scope: string;
}
export interface PanoramaOutputs {
  capturedAt: string;
  elapsedMs: number;
  totalBytes: number;
  residualBytes: number;
  parts: { id: string; title: string; bytes: number }[];
  top: {
    pid: number;
    name: string;
    pssBytes: number | null;
    rssBytes: number;
    swapBytes: number;
  }[];
  missing: { source: string; reason: string }[];
}

/** `memory.plan`: who a kill would take now; nothing is touched. */
export interface PlanWith {
  scope: string;
  /** As in {@link RelieveWith}. */
  target?: string;
  /** Central policy (YAML); protection only grows by it. */
  policy?: string;
}
export interface PlanOutputs {
  at: string;
  scope: string;
  level: Level;
  headroomBytes: number;
  targetHeadroomBytes: number;
  neededBytes: number;
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
  protectedTotal: number;
  policyHash: string;
  missing: { source: string; reason: string }[];
}

/** `memory.relieve`: the full plan is the artifact of kind `plan`. */
export interface RelieveWith {
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
export interface KillRecord {
  pid: number;
  startTime: number;
  name: string;
  signal: string;
  at: string;
  goneAt: string | null;
  predictedBytes: number;
  freedBytes: number;
  outcome: string;
  note?: string;
}
export interface RelieveOutputs {
  status: "relieved" | "insufficient" | "not_needed" | "dry_run" | "superseded" | "cancelled";
  scope: string;
  levelBefore: Level;
  levelAfter: Level;
  headroomBeforeBytes: number;
  headroomAfterBytes: number;
  targetHeadroomBytes: number;
  predictedBytes: number;
  groupFreedBytes: number;
  recoveredMs: number | null;
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
  supersededBy: string | null;
  policyHash: string;
}

/** `cpu.hotspots`: pprof and collapsed stacks are artifacts. */
export interface HotspotsWith {
  scope: string;
  /** 1 to 120, 5 by default. */
  seconds?: number;
  /** 1 to 999, 99 by default. */
  hz?: number;
}
export interface HotspotsOutputs {
  startedAt: string;
  elapsedMs: number;
  hz: number;
  samples: number;
  lost: number;
  unknownFrames: number;
  /** Hottest functions by self samples, at most 20. */
  top: { function: string; module: string; self: number; total: number }[];
  missing: { source: string; reason: string }[];
}

/** `gpu.status`: skipped without a driver. */
// deno-lint-ignore no-empty-interface
export interface GpuStatusWith {}
export interface GpuStatusOutputs {
  driverVersion: string;
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
