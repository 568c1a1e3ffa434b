/**
 * From Temporal's failures to what the interpreter decides on and a person reads.
 *
 * @module
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  TimeoutFailure,
} from "@temporalio/workflow";
import { FAILURES, type StepError } from "../activities/contract/mod.ts";
import type { AttemptFailure } from "./interpreter/ports.ts";

/** Where an attempt ran, for the words. */
export interface Place {
  /** Node id, or `the control plane`. */
  name: string;
  /** The attempt's time, milliseconds. */
  budgetMs: number;
  /** Whether a cancel of the run has reached it. */
  cancelled: boolean;
}

/** Types with which Temporal's worker ends an attempt that it may not finish. */
const GIVEN_BACK = ["CancelledFailure", "ActivityReset", "ActivityPause", "WorkerShutdown"];

/** Explains a failed attempt. */
export function explain(error: unknown, place: Place): AttemptFailure {
  if (isCancellation(error) && place.cancelled) {
    return {
      kind: "cancelled",
      error: { code: "cancelled", message: "the run was cancelled" },
      retryable: false,
    };
  }
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return explainTimeout(cause, place);
  if (cause instanceof ApplicationFailure) return explainApplication(cause, place);
  if (cause instanceof CancelledFailure) {
    // No cancel of this run, or the check above had seen it: the worker is shutting down.
    return lost(`${place.name} gave the step back`);
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return { kind: "failed", error: { code: "internal", message }, retryable: true };
}

function explainTimeout({ timeoutType }: TimeoutFailure, { name, budgetMs }: Place) {
  if (timeoutType === "HEARTBEAT") return lost(`${name} went silent while working on the step`);
  const started = timeoutType === "START_TO_CLOSE";
  const message = started
    ? `the step took longer than the ${budgetMs} ms it had left`
    : `${name} did not finish the step within the ${budgetMs} ms it had left`;
  const hint = started ? undefined : `see whether ${name} is online`;
  const error: StepError = { code: "timed_out", message, ...(hint ? { hint } : {}) };
  return { kind: "timed_out" as const, error, retryable: false };
}

function explainApplication(
  failure: ApplicationFailure,
  { name, cancelled }: Place,
): AttemptFailure {
  const { type, message, nonRetryable, details } = failure;
  if (type && GIVEN_BACK.includes(type)) return lost(`${name} gave the step back: ${message}`);
  const code = type && Object.hasOwn(FAILURES, type) ? type as keyof typeof FAILURES : "internal";
  const hint = (details?.[0] as { hint?: unknown } | undefined)?.hint;
  const error: StepError = {
    code,
    message: message || "no reason given",
    ...(typeof hint === "string" ? { hint } : {}),
  };
  if (code === "unavailable") return { kind: "lost", error, retryable: true };
  if (code === "cancelled" && cancelled) return { kind: "cancelled", error, retryable: false };
  if (code === "cancelled") return { kind: "lost", error, retryable: true };
  return { kind: "failed", error, retryable: FAILURES[code].retryable && !nonRetryable };
}

function lost(message: string): AttemptFailure {
  return { kind: "lost", error: { code: "unavailable", message }, retryable: true };
}
