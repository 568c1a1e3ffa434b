/**
 * A node whose actions are scripted: a test says what each attempt does.
 *
 * @module
 */
import { Context } from "@temporalio/activity";
import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import {
  FAILURES,
  StepFailure,
  type StepInput,
  type StepOutput,
} from "../../../activities/contract/mod.ts";

/** What one attempt of an action does. */
export type Script = (
  input: StepInput,
  signal: AbortSignal,
) => Promise<StepOutput> | StepOutput;

/** Thrown by a script: the node is gone, it neither answers nor sends heartbeats any more. */
export class NodeDied extends Error {}

/** The actions of a test's node and what was asked of it. */
export class ScriptedNode {
  readonly calls: StepInput[] = [];
  readonly #scripts: { [uses: string]: Script };

  constructor(scripts: { [uses: string]: Script } = {}) {
    this.#scripts = { ...HEALTHY, ...scripts };
  }

  /** Inputs with which an action was called. */
  callsOf(uses: string): StepInput[] {
    return this.calls.filter(({ step }) => step.uses === uses);
  }

  /** What a worker registers. */
  activities(): { [uses: string]: (input: StepInput) => Promise<StepOutput> } {
    return Object.fromEntries(
      Object.keys(this.#scripts).map((uses) => [uses, (input) => this.#call(uses, input)]),
    );
  }

  async #call(uses: string, input: StepInput): Promise<StepOutput> {
    this.calls.push(input);
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 200);
    try {
      return await this.#scripts[uses]!(input, context.cancellationSignal);
    } catch (error) {
      if (error instanceof NodeDied) {
        clearInterval(beat);
        return await untilCancelled(context.cancellationSignal);
      }
      if (!(error instanceof StepFailure)) throw error;
      if (error.code === "cancelled") throw new CancelledFailure(error.message);
      throw ApplicationFailure.create({
        message: error.message,
        type: error.code,
        nonRetryable: !FAILURES[error.code].retryable,
      });
    } finally {
      clearInterval(beat);
    }
  }
}

/** A completed step with these outputs. */
export function done(outputs: StepOutput["outputs"] = {}, summary = "done"): StepOutput {
  return { outputs, artifacts: [], summary };
}

/** Rejects when the run is cancelled; never resolves. */
export function untilCancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

const MIB = 1024 * 1024;

/** A node on which one leak brought the scope to `urgent`. */
const HEALTHY: { [uses: string]: Script } = {
  "memory.detect": ({ with: { scope } }) =>
    done({
      scope: scope!,
      level: "urgent",
      headroomBytes: 24 * MIB,
      totalBytes: 512 * MIB,
      warningHeadroomBytes: 102 * MIB,
      urgentHeadroomBytes: 51 * MIB,
      criticalHeadroomBytes: 20 * MIB,
      reason: "24 MiB free of 512 MiB (4.6 %), below the urgent threshold of 10 %",
      at: "2026-11-23T12:00:01.000Z",
      figures: {},
    }, "urgent: 24 MiB of 512 MiB left"),
  "memory.panorama": () =>
    done({
      capturedAt: "2026-11-23T12:00:01.500Z",
      elapsedMs: 80,
      totalBytes: 512 * MIB,
      residualBytes: MIB,
      parts: [{ id: "anonymous", title: "Anonymous", bytes: 480 * MIB }],
      top: [],
      missing: [],
    }),
  "memory.relieve": ({ with: { scope }, run }) =>
    done({
      status: run.dryRun ? "dry_run" : "relieved",
      scope: scope!,
      levelBefore: "urgent",
      levelAfter: run.dryRun ? "urgent" : "ok",
      headroomBeforeBytes: 24 * MIB,
      headroomAfterBytes: run.dryRun ? 24 * MIB : 400 * MIB,
      targetHeadroomBytes: 102 * MIB,
      predictedBytes: 380 * MIB,
      groupFreedBytes: run.dryRun ? 0 : 376 * MIB,
      recoveredMs: run.dryRun ? null : 84,
      kills: [],
      chosen: [],
      protected: [],
      supersededBy: null,
      policyHash: "0".repeat(64),
    }, "relieved"),
  "cpu.hotspots": () =>
    done({
      startedAt: "2026-11-23T12:00:03.000Z",
      elapsedMs: 5000,
      hz: 99,
      samples: 10,
      lost: 0,
      unknownFrames: 0,
      top: [],
      missing: [],
    }),
  "gpu.status": () => ({ ...done(), skipped: "no NVIDIA driver" }),
};
