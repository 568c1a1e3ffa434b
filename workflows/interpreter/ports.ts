/**
 * What the interpreter needs from the world; the workflow wires it to Temporal. Everything here is
 * deterministic: time is the workflow's, waiting is a timer.
 *
 * @module
 */
import type {
  StepError,
  StepInput,
  StepOutput,
  Transition,
} from "../../activities/contract/mod.ts";
import type { ActionStep } from "../../runbooks/language/plan.ts";

/** A transition without what the recorder adds. */
export type TransitionNote = Omit<Transition, "runId" | "temporalRunId" | "seq" | "at">;

/** How an attempt failed. */
export interface AttemptFailure {
  /**
   * `failed`: the action answered; it uses up one of the declared attempts if it may be repeated.
   * `lost`: whoever worked on it is gone or was never there; repeating costs nothing but time.
   * `timed_out`: the step's time is over.
   * `cancelled`: the run is cancelled.
   */
  kind: "failed" | "lost" | "timed_out" | "cancelled";
  error: StepError;
  /** Whether another attempt may help. */
  retryable: boolean;
}

/** How an attempt ended. */
export type AttemptResult = { output: StepOutput } | { failure: AttemptFailure };

/** The interpreter's world. */
export interface World {
  /** Milliseconds since the epoch, the workflow's clock. */
  now(): number;
  /** Resolves after the time or, unless shielded, when the run is cancelled. */
  sleep(ms: number): Promise<void>;
  /** Runs one attempt for at most `budgetMs`, a permit included; never rejects. */
  attempt(step: ActionStep, input: StepInput, budgetMs: number): Promise<AttemptResult>;
  /** Notes a transition; never waits. */
  note(transition: TransitionNote): void;
  /** Whether a cancel has arrived. */
  cancelled(): boolean;
  /** Runs so that a cancel does not reach it. */
  shield<T>(run: () => Promise<T>): Promise<T>;
}
