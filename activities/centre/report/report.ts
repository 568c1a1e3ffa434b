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
  level: Level;
  headroomBytes: number;
  totalBytes: number | null;
}

/** A victim that a dry run names. */
export type WouldBeVictim = RelieveOutputs["chosen"][number];

/** The report. */
export interface Report {
  version: 1;
  title: string;
  run: RunHead & { startedAt: string | null; endedAt: string };
  /** One paragraph that stands for the whole. */
  headline: string;
  outcome: Outcome;
  timeline: { at: string; text: string }[];
  scope: string | null;
  /** Why anything was done: the assessment's sentence. */
  reason: string | null;
  before: MemoryState | null;
  after: MemoryState | null;
  targetHeadroomBytes: number | null;
  kills: KillRecord[];
  /** Who would have gone; only in a dry run. */
  wouldKill: WouldBeVictim[];
  leftAlone: { pid: number; name: string; rule: string }[];
  /** Headroom gained, measured. */
  freedBytes: number | null;
  predictedBytes: number | null;
  recoveredMs: number | null;
  /** The reflex's intervention that came first. */
  supersededBy: string | null;
  panorama?: PanoramaOutputs & { sha256: string | null };
  hotspots?: HotspotsOutputs & { pprof: string | null; collapsed: string | null };
  gpu?: GpuStatusOutputs | { skipped: string };
  steps: Omit<StepRecord, "outputs">[];
  artifacts: ArtifactRef[];
  /** What was skipped, failed or is missing, each with its reason. */
  notes: string[];
}
