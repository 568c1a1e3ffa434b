/**
 * How a run's progress reaches the database: an append-only list of transitions, keyed by
 * (run, step path, attempt, phase), so that writing one twice changes nothing.
 *
 * @module
 */
import type { ArtifactRef, Json, StepError } from "./step.ts";

/** What happened. `waiting` means: this attempt failed, another follows after a delay. */
export type Phase =
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "skipped"
  | "cancelled";

/** One change of a run (`stepPath` is "") or of one of its steps. */
export interface Transition {
  /** The run. */
  runId: string;
  /** Temporal's run id, so that a stranger's workflow cannot write another run's record. */
  temporalRunId: string;
  /** Rises by one per transition of the run; orders them. */
  seq: number;
  /** The step; "" is the run. */
  stepPath: string;
  /** 1 for the first attempt, 0 for a run and for a step that never ran. */
  attempt: number;
  /** What happened. */
  phase: Phase;
  /** ISO 8601, the workflow's clock. */
  at: string;
  /** What the step found. */
  outputs?: Record<string, Json>;
  /** What it came to, in one sentence. */
  summary?: string;
  /** Why, in one sentence. */
  reason?: string;
  /** Why it failed. */
  error?: StepError;
  /** True when it failed and the run went on. */
  tolerated?: boolean;
  /** Files it kept. */
  artifacts?: ArtifactRef[];
}

/** Input of the local activity `record.transitions`. */
export interface RecordTransitionsInput {
  /** In order. */
  transitions: Transition[];
}
