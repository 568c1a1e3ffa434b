/**
 * Records of runs, for tests of the report.
 *
 * @module
 */
import type { Json, RelieveOutputs, RunHead, StepRecord } from "../../contract/mod.ts";

const MIB = 1024 * 1024;

/** The run of all records. */
export const RUN: RunHead = {
  ...{ id: "01kb0000000000000000000000", runbook: "near-oom", runbookHash: "a".repeat(64) },
  ...{ planHash: "b".repeat(64), node: "edge-7", dryRun: false },
  acceptedAt: "2026-11-23T12:00:00.000Z",
  trigger: { kind: "manual", by: "ops" },
};

/** A name that tries to be markup. */
export const HOSTILE = "<img src=x onerror=alert(1)>`|[a](javascript:x)\n# oops";

const RELIEVED: RelieveOutputs = {
  ...{ status: "relieved", scope: "cgroup:/lab", levelBefore: "urgent", levelAfter: "ok" },
  ...{ headroomBeforeBytes: 24 * MIB, headroomAfterBytes: 400 * MIB },
  ...{ targetHeadroomBytes: 102 * MIB, predictedBytes: 380 * MIB, groupFreedBytes: 376 * MIB },
  ...{ recoveredMs: 84, supersededBy: null, policyHash: "c".repeat(64) },
  kills: [{
    ...{ pid: 4242, startTime: 99, name: HOSTILE, signal: "SIGKILL", outcome: "killed" },
    ...{ at: "2026-11-23T12:00:03.100Z", goneAt: "2026-11-23T12:00:03.180Z" },
    ...{ predictedBytes: 380 * MIB, freedBytes: 376 * MIB },
  }],
  chosen: [{
    ...{ rank: 1, pid: 4242, startTime: 99, name: HOSTILE },
    ...{ scoreBytes: 380 * MIB, reason: "frees 380 MiB" },
  }],
  protected: [{ pid: 7, name: "bystander", rule: "protect name=bystander" }],
};

function record(
  id: string,
  uses: string,
  second: number,
  outputs: unknown,
  change: Partial<StepRecord> = {},
): StepRecord {
  const at = (offset: number) => `2026-11-23T12:00:0${second}.${offset}00Z`;
  return {
    ...{ path: id, id, title: id, uses, status: "completed", attempt: 1 },
    ...{ startedAt: at(0), endedAt: at(5), summary: `${id} done`, artifacts: [] },
    outputs: outputs as Record<string, Json>,
    ...change,
  };
}

/** A run that relieved a scope, without GPU. */
export function relievedRecords(): StepRecord[] {
  return [
    record("detect", "memory.detect", 1, {
      ...{ scope: "cgroup:/lab", level: "urgent", headroomBytes: 24 * MIB, totalBytes: 512 * MIB },
      ...{ at: "2026-11-23T12:00:01.100Z", figures: {} },
      ...{ reason: "24 MiB free of 512 MiB (4.6 %), below the urgent threshold of 10 %" },
    }),
    record("panorama", "memory.panorama", 2, {
      ...{ capturedAt: "2026-11-23T12:00:02.000Z", elapsedMs: 40, totalBytes: 512 * MIB },
      residualBytes: 2 * MIB,
      parts: [{ id: "anonymous", title: "Anonymous", bytes: 450 * MIB }],
      top: [{
        ...{ pid: 4242, name: HOSTILE, pssBytes: 380 * MIB, rssBytes: 390 * MIB, swapBytes: 0 },
      }],
      missing: [{ source: "psi", reason: "the kernel has no /proc/pressure" }],
    }, {
      artifacts: [{
        ...{ sha256: "d".repeat(64), kind: "panorama", mediaType: "application/json" },
        ...{ bytes: 2048, name: "panorama.json", capturedAt: "2026-11-23T12:00:02.000Z" },
      }],
    }),
    record("relieve", "memory.relieve", 3, RELIEVED, { summary: "1 process was killed" }),
    record("hotspots", "cpu.hotspots", 4, undefined, {
      ...{ status: "failed", tolerated: true, summary: undefined },
      error: { code: "unsupported", message: "perf_event_open is not permitted" },
    }),
    record("gpu", "gpu.status", 5, {}, { status: "skipped", reason: "no NVIDIA driver" }),
  ];
}

/** The same runbook as a dry run. */
export function dryRunRecords(): StepRecord[] {
  return relievedRecords().map((step) =>
    step.id !== "relieve" ? step : {
      ...step,
      outputs: {
        ...step.outputs,
        ...{ status: "dry_run", levelAfter: "urgent", groupFreedBytes: 0, kills: [] },
      },
    }
  );
}
