/**
 * What the steps of this release hand back, as far as the console draws it. `tests/browser` checks
 * that the contract's types fit these. Sizes in bytes, times ISO 8601.
 *
 * @module
 */
import type { Artifact, Level } from "./types.ts";

export interface MissingSource {
  source: string;
  reason: string;
}

export interface DetectOutputs {
  scope: string;
  level: Level;
  headroomBytes: number;
  totalBytes: number;
  reason: string;
  at: string;
  /** Headroom below which each level begins; runs recorded before these existed lack them. */
  warningHeadroomBytes?: number;
  urgentHeadroomBytes?: number;
  criticalHeadroomBytes?: number;
  /** Raw figures. */
  figures: Record<string, number | null>;
}

export interface MemoryPart {
  id: string;
  title: string;
  bytes: number;
  source?: string;
  children?: MemoryPart[];
}

export interface ProcessMemory {
  pid: number;
  name: string;
  pssBytes: number | null;
  rssBytes: number;
  swapBytes: number;
}

export interface PanoramaOutputs {
  capturedAt: string;
  elapsedMs: number;
  totalBytes: number;
  residualBytes: number;
  parts: MemoryPart[];
  top: ProcessMemory[];
  missing: MissingSource[];
}

export interface Kill {
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

export interface Victim {
  rank: number;
  pid: number;
  startTime: number;
  name: string;
  scoreBytes: number;
  reason: string;
}

export interface LeftAlone {
  pid: number;
  name: string;
  rule: string;
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
  kills: Kill[];
  chosen: Victim[];
  protected: LeftAlone[];
  supersededBy: string | null;
  policyHash: string;
}

export interface HotFunction {
  function: string;
  module: string;
  self: number;
  total: number;
}

export interface HotspotsOutputs {
  startedAt: string;
  elapsedMs: number;
  hz: number;
  samples: number;
  lost: number;
  unknownFrames: number;
  top: HotFunction[];
  missing: MissingSource[];
}

export interface GpuOutputs {
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

/** The report artifact. Everything after the timeline may be missing in a report of an early end. */
export interface Report {
  version: number;
  title?: string;
  run: {
    id: string;
    runbook: string;
    runbookHash: string;
    planHash: string;
    node: string;
    dryRun: boolean;
    trigger: { kind: string; by: string };
    startedAt: string | null;
    endedAt: string | null;
  };
  headline: string;
  outcome: string;
  timeline: { at: string; text: string }[];
  scope?: string | null;
  reason?: string | null;
  before?: MemoryState | null;
  after?: MemoryState | null;
  targetHeadroomBytes?: number | null;
  kills?: Kill[];
  wouldKill?: Victim[];
  leftAlone?: LeftAlone[];
  freedBytes?: number | null;
  predictedBytes?: number | null;
  recoveredMs?: number | null;
  panorama?: PanoramaOutputs;
  hotspots?: HotspotsOutputs & { collapsed: string | null };
  gpu?: { skipped: string } | GpuOutputs;
  artifacts?: Artifact[];
  notes?: string[];
}

/** Level and headroom at one moment. */
export interface MemoryState {
  level: Level;
  headroomBytes: number;
  totalBytes: number | null;
}
