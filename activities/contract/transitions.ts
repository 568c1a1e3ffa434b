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
  runId: string;
  /** Temporal's run id, so that a stranger's workflow cannot write another run's record. */
  temporalRunId: string;
  /** Rises by one per transition of the run; orders them. */
  seq: number;
  stepPath: string;
  /** 1 for the first attempt, 0 for a run and for a step that never ran. */
  attempt: number;
  phase: Phase;
  /** ISO 8601, the workflow's clock. */
  at: string;
  outputs?: Record<string, Json>;
  summary?: string;
  reason?: string;
  error?: StepError;
  tolerated?: boolean;
  artifacts?: ArtifactRef[];
}

/** Input of the local activity `record.transitions`. */
export interface RecordTransitionsInput {
  transitions: Transition[];
}
