/**
 * The envelope of every step's activity: what the workflow hands in and gets back. Results stay
 * below 64 KiB; anything larger is an artifact.
 *
 * @module
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What started a run. */
export interface Trigger {
  /** `manual` now; `schedule` and `alert` come later. */
  kind: "manual" | "schedule" | "alert";
  /** Who or what: a token's name, a schedule, an alert. */
  by: string;
}

/** The run, as far as a step needs to know it. */
export interface RunHead {
  /** ULID in lower case; also the workflow id. */
  id: string;
  /** Name of the runbook. */
  runbook: string;
  /** Title of the runbook; the workflow fills it in from the plan. */
  title?: string;
  /** sha256 (hex) of the runbook's file. */
  runbookHash: string;
  /** sha256 (hex) of the plan. */
  planHash: string;
  /** Node id. */
  node: string;
  /** Nothing is changed. */
  dryRun: boolean;
  /** When the run was accepted, ISO 8601. */
  acceptedAt: string;
  /** What started it. */
  trigger: Trigger;
}

/** What a step's activity receives. */
export interface StepInput<With = Record<string, Json>> {
  /** The run. */
  run: RunHead;
  /** The step and its attempt. */
  step: { path: string; id: string; title: string; uses: string; attempt: number };
  /** The step's inputs, expressions resolved. */
  with: With;
  /** Signed permit of a disruptive step. */
  permit?: string;
  /** Records of the steps so far; only for centre actions that declare `needsHistory`. */
  history?: StepRecord[];
}

/** A file kept by content. */
export interface ArtifactRef {
  /** sha256 (hex) of the content. */
  sha256: string;
  /** `panorama`, `plan`, `pprof`, `collapsed`, `report`, `report-markdown` … */
  kind: string;
  /** Media type. */
  mediaType: string;
  /** Size in bytes. */
  bytes: number;
  /** File name to offer on download. */
  name: string;
  /** When the content was captured, ISO 8601. */
  capturedAt: string;
}

/** What a step's activity returns. */
export interface StepOutput<Outputs = Record<string, Json>> {
  /** Machine-readable, what later expressions see as `steps.<id>.outputs`. */
  outputs: Outputs;
  /** Files it kept. */
  artifacts: ArtifactRef[];
  /** One sentence for a person. */
  summary: string;
  /** Set when the action had nothing to act on, e.g. `no NVIDIA driver`; the step is `skipped`. */
  skipped?: string;
  /** Set when a cancel stopped it half way; outputs tell what was done until then. */
  cancelled?: true;
}

/** How a step stands. */
export type StepStatus =
  | "pending"
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "skipped"
  | "cancelled";

/** Why a step failed, as a person reads it. */
export interface StepError {
  /** From the closed set in `errors.ts`. */
  code: string;
  /** What went wrong. */
  message: string;
  /** What to do next. */
  hint?: string;
}

/** A step's record as the interpreter keeps it. */
export interface StepRecord {
  /** Ids from the root, joined by `/`. */
  path: string;
  /** Id in the runbook. */
  id: string;
  /** For a person. */
  title: string;
  /** The action, e.g. `memory.detect`. */
  uses: string;
  /** How it stands. */
  status: StepStatus;
  /** Attempts so far; 0 before the first. */
  attempt: number;
  /** When it began, ISO 8601. */
  startedAt: string | null;
  /** When it ended, ISO 8601. */
  endedAt: string | null;
  /** What the action found. */
  outputs?: Record<string, Json>;
  /** What it came to, in one sentence. */
  summary?: string;
  /** Why it was skipped. */
  reason?: string;
  /** Why it failed. */
  error?: StepError;
  /** True when it failed and the run went on (`continueOnError`). */
  tolerated?: boolean;
  /** Files it kept. */
  artifacts: ArtifactRef[];
}
