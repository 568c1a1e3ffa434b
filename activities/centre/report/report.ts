/**
 * The shape of a report, the artifact of kind `report`. Sizes in bytes, times ISO 8601.
 *
 * @module
 */
import type {
  ArtifactRef,
  GpuStatusOutputs,
  HotspotsOutputs,
  KillRecord,
  Level,
  PanoramaOutputs,
  RelieveOutputs,
  RunHead,
  StepRecord,
} from "../../contract/mod.ts";

/** What a run came to. */
export type Outcome =
  | "relieved"
  | "insufficient"
  | "not_needed"
  | "dry_run"
  | "superseded"
  | "cancelled"
  | "failed"
  | "completed";

/** Memory of the scope at one moment. */
export interface MemoryState {
  /** How close to running out of memory. */
  level: Level;
  /** What may still be allocated, bytes. */
  headroomBytes: number;
  /** What the scope may use in all, bytes. */
  totalBytes: number | null;
}

/** A victim that a dry run names. */
export type WouldBeVictim = RelieveOutputs["chosen"][number];

/** The report. */
export interface Report {
  /** Version of this shape. */
  version: 1;
  /** Heading. */
  title: string;
  /** The run. */
  run: RunHead & { startedAt: string | null; endedAt: string };
  /** One paragraph that stands for the whole. */
  headline: string;
  /** What the run came to. */
  outcome: Outcome;
  /** What happened when, oldest first. */
  timeline: { at: string; text: string }[];
  /** `node` or `cgroup:/path`. */
  scope: string | null;
  /** Why anything was done: the assessment's sentence. */
  reason: string | null;
  /** Memory before anything was done. */
  before: MemoryState | null;
  /** Memory afterwards; null when nothing was ordered. */
  after: MemoryState | null;
  /** Headroom to reach, bytes. */
  targetHeadroomBytes: number | null;
  /** Who was signalled, in order. */
  kills: KillRecord[];
  /** Who would have gone; only in a dry run. */
  wouldKill: WouldBeVictim[];
  /** Who was protected, and by which rule. */
  leftAlone: { pid: number; name: string; rule: string }[];
  /** Headroom gained, measured. */
  freedBytes: number | null;
  /** What the plan expected to come back, bytes. */
  predictedBytes: number | null;
  /** Milliseconds until the target was reached. */
  recoveredMs: number | null;
  /** The reflex's intervention that came first. */
  supersededBy: string | null;
  /** Where the memory went, and the artifact with the whole. */
  panorama?: PanoramaOutputs & { sha256: string | null };
  /** What the processors were busy with, and the artifacts with the stacks. */
  hotspots?: HotspotsOutputs & { pprof: string | null; collapsed: string | null };
  /** What the GPUs held, or why that is not known. */
  gpu?: GpuStatusOutputs | { skipped: string };
  /** The steps without their outputs. */
  steps: Omit<StepRecord, "outputs">[];
  /** Everything that was kept. */
  artifacts: ArtifactRef[];
  /** What was skipped, failed or is missing, each with its reason. */
  notes: string[];
}
