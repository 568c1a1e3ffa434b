/**
 * The record of a run's progress: transitions in, the steps' and the run's state out.
 *
 * @module
 */
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { Transition } from "../../../activities/contract/mod.ts";
import { artifactRefs, outbox, runs, steps, transitions } from "../schema.ts";
import type { RunStore } from "../port.ts";
import { appendAudit } from "./audit.ts";
import { changes, type Db } from "./database.ts";
import type { Writes } from "./implementation.ts";
import { closeOpenSteps } from "./run_accept.ts";

const ENDED = ["completed", "failed", "cancelled", "skipped"];

async function insertTransition(db: Db, change: Transition, now: string): Promise<boolean> {
  const { runId, temporalRunId: _bound, seq, stepPath, attempt, phase, at, ...body } = change;
  const inserted = await db.insert(transitions)
    .values({ runId, stepPath, attempt, phase, seq, at, body, recordedAt: now })
    .onConflictDoNothing();
  return changes(inserted) > 0;
}

/** What a step waits for when its last attempt failed. */
function retryText(change: Transition): string {
  const why = change.error ? ` after ${change.error.code}: ${change.error.message}` : "";
  return `attempt ${change.attempt + 1}${why}`;
}

async function projectStep(db: Db, change: Transition): Promise<void> {
  const key = and(eq(steps.runId, change.runId), eq(steps.path, change.stepPath));
  for (const ref of change.artifacts ?? []) {
    await db.insert(artifactRefs)
      .values({ runId: change.runId, stepPath: change.stepPath, ...ref })
      .onConflictDoNothing();
  }
  const [step] = await db.select({ seq: steps.seq, startedAt: steps.startedAt }).from(steps)
    .where(key);
  if (!step || step.seq >= change.seq) return;
  const ended = ENDED.includes(change.phase);
  const began = change.attempt > 0 ? change.at : null;
  await db.update(steps).set({
    seq: change.seq,
    status: change.phase,
    attempt: change.attempt,
    startedAt: step.startedAt ?? began,
    endedAt: ended ? change.at : null,
    waitingOn: change.phase === "waiting" ? retryText(change) : null,
    reason: change.reason ?? null,
    summary: change.summary ?? null,
    outputs: change.outputs ?? null,
    error: change.error ?? null,
    tolerated: change.tolerated ?? null,
  }).where(key);
}

async function projectEnd(db: Db, change: Transition): Promise<void> {
  await db.update(runs).set({
    status: change.phase,
    endedAt: change.at,
    summary: change.summary ?? null,
    error: change.error ?? null,
  }).where(eq(runs.id, change.runId));
  await closeOpenSteps(db, change.runId, change.at);
  await db.update(outbox).set({ doneAt: change.at }).where(
    and(eq(outbox.runId, change.runId), isNull(outbox.doneAt)),
  );
  await appendAudit(db, {
    at: change.at,
    actor: { kind: "workflow", name: change.temporalRunId },
    action: "run.end",
    target: `run/${change.runId}`,
    outcome: change.phase === "completed" ? "ok" : "failed",
    detail: { status: change.phase, summary: change.summary ?? null },
  });
}

/** Sets the run's status and progress from its steps; an ended run keeps its status. */
async function projectRun(db: Db, runId: string): Promise<void> {
  const all = await db.select({ status: steps.status, waitingOn: steps.waitingOn }).from(steps)
    .where(eq(steps.runId, runId));
  const done = all.filter((step) => ENDED.includes(step.status)).length;
  const waiting = all.some((step) => step.status === "waiting") &&
    !all.some((step) => step.status === "running");
  await db.update(runs).set({
    stepsDone: done,
    status: sql`case when ${runs.endedAt} is null then ${
      waiting ? "waiting" : "running"
    } else ${runs.status} end`,
    revision: sql`${runs.revision} + 1`,
  }).where(eq(runs.id, runId));
}

/** Writes that follow a run; see {@link RunStore}. */
export const recordWrites: Writes<RunStore, "record" | "setWaiting" | "permit"> = {
  async record(db, list, now) {
    const changed = new Set<string>();
    let refused = 0;
    for (const change of list) {
      const [run] = await db.select({ bound: runs.temporalRunId, endedAt: runs.endedAt })
        .from(runs).where(eq(runs.id, change.runId));
      if (!run || run.bound !== change.temporalRunId) {
        refused++;
        continue;
      }
      if (!await insertTransition(db, change, now)) continue;
      changed.add(change.runId);
      // A run that was ended from outside keeps its end; the late transition stays on record.
      if (run.endedAt !== null) continue;
      if (change.stepPath !== "") await projectStep(db, change);
      else if (ENDED.includes(change.phase)) await projectEnd(db, change);
    }
    for (const runId of changed) await projectRun(db, runId);
    return { runs: [...changed], refused };
  },

  async setWaiting(db, id, list) {
    let changed = false;
    for (const { path, waitingOn } of list) {
      const key = and(eq(steps.runId, id), eq(steps.path, path), isNull(steps.endedAt));
      const [last] = await db.select({ phase: transitions.phase }).from(transitions).where(
        and(eq(transitions.runId, id), eq(transitions.stepPath, path)),
      ).orderBy(desc(transitions.seq)).limit(1);
      if (last?.phase !== "running") continue;
      const status = waitingOn === null ? "running" : "waiting";
      const updated = await db.update(steps).set({ status, waitingOn }).where(
        and(key, sql`${steps.waitingOn} is not ${waitingOn}`),
      );
      changed ||= changes(updated) > 0;
    }
    if (changed) await projectRun(db, id);
    return changed;
  },

  async permit(db, request) {
    const [run] = await db.select({
      bound: runs.temporalRunId,
      endedAt: runs.endedAt,
      cancel: runs.cancelRequestedAt,
    }).from(runs).where(eq(runs.id, request.runId));
    const reason = request.refusal ??
      (request.signed ? null : whyNot(run, request.temporalRunId));
    await appendAudit(db, {
      at: request.at,
      actor: { kind: "workflow", name: request.temporalRunId },
      action: "permit.issue",
      target: `run/${request.runId}`,
      outcome: reason === null ? "ok" : "refused",
      detail: {
        ...{ step: request.stepPath, reason, about: request.detail },
        ...(request.signed ? { recordedLate: true } : {}),
      },
    });
    return reason === null ? { ok: true } : { ok: false, reason };
  },
};

function whyNot(
  run: { bound: string | null; endedAt: string | null; cancel: string | null } | undefined,
  temporalRunId: string,
): string | null {
  if (!run) return "no such run was accepted";
  if (run.bound !== temporalRunId) return "the workflow is not the one started for this run";
  if (run.endedAt !== null) return "the run has ended";
  if (run.cancel !== null) return "the run was cancelled";
  return null;
}
