/**
 * Puts a step's plain function behind Temporal's activity interface: heartbeats, cancellation,
 * failures with their code.
 *
 * @module
 */
import { CompleteAsyncError, Context } from "@temporalio/activity";
import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import { createHash } from "node:crypto";
import {
  type FailureCode,
  FAILURES,
  StepFailure,
  type StepInput,
  type StepOutput,
} from "../../activities/contract/mod.ts";
import { NativeError, type NativeErrorCode } from "../native/mod.ts";
import { log } from "../lib/log.ts";
import type { OncePerStep } from "./once.ts";

/** Well below the shortest heartbeat timeout of the catalogue (3 s). */
const HEARTBEAT_MS = 700;

/** What a step does; `signal` aborts when the run is cancelled. */
export type StepFunction = (input: StepInput, signal: AbortSignal) => Promise<StepOutput>;

/** An activity that runs `step` at most once per run and step path at a time. */
export function asActivity(
  step: StepFunction,
  once: OncePerStep,
): (input: StepInput) => Promise<StepOutput> {
  return async (input) => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    context.heartbeat();
    const cancelled = new AbortController();
    const left = new AbortController();
    const onCancel = () => {
      // A lost attempt or a worker that drains leaves the work alone: the next attempt joins it,
      // and the guard finishes its own order. Only a cancel of the run stops it at once.
      const { reason } = context.cancellationSignal;
      if (isCancelOfRun(reason)) return cancelled.abort(reason);
      log("info", "attempt given up", {
        activity: context.info.activityType,
        why: String(reason),
      });
      left.abort(reason);
    };
    context.cancellationSignal.addEventListener("abort", onCancel, { once: true });
    if (context.cancellationSignal.aborted) onCancel();
    try {
      const signals = { cancelled: cancelled.signal, left: left.signal };
      return await once.run(keyOf(input), signals, (signal) => step(input, signal));
    } catch (error) {
      throw toTemporal(error);
    } finally {
      clearInterval(beat);
      context.cancellationSignal.removeEventListener("abort", onCancel);
    }
  };
}

function isCancelOfRun(reason: unknown): boolean {
  return reason instanceof CancelledFailure && reason.message === "CANCELLED";
}

function keyOf({ run, step, with: inputs }: StepInput): string {
  const digest = createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
  return [run.id, step.path, step.uses, String(run.dryRun), digest].join("\n");
}

const FROM_NATIVE: Record<NativeErrorCode, FailureCode> = {
  invalid_argument: "invalid_argument",
  unknown_method: "unsupported",
  not_found: "not_found",
  refused: "refused",
  unsupported: "unsupported",
  busy: "busy",
  deadline_exceeded: "timed_out",
  cancelled: "cancelled",
  internal: "internal",
  unavailable: "unavailable",
};

/** The error that Temporal carries to the workflow; its `type` is a {@linkcode FailureCode}. */
export function toTemporal(error: unknown): unknown {
  if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) return error;
  if (error instanceof ApplicationFailure) return error;
  const failure = error instanceof NativeError
    ? new StepFailure(FROM_NATIVE[error.code], error.message, {
      ...(error.hint ? { hint: error.hint } : {}),
    })
    : error;
  if (failure instanceof StepFailure) {
    if (failure.code === "cancelled") return new CancelledFailure(failure.message);
    return ApplicationFailure.create({
      message: failure.message,
      type: failure.code,
      nonRetryable: !FAILURES[failure.code].retryable,
      details: failure.hint ? [{ hint: failure.hint }] : [],
    });
  }
  log("error", "a step failed unexpectedly", {
    reason: error instanceof Error ? error.stack : String(error),
  });
  return ApplicationFailure.create({
    message: error instanceof Error ? error.message : String(error),
    type: "internal",
  });
}
