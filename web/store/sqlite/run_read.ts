/**
 * Reading runs.
 *
 * @module
 */
import { and, asc, desc, eq, inArray, isNull, lt } from "drizzle-orm";
import { artifactRefs, idempotency, outbox, runs, steps } from "../schema.ts";
import type { OutboxItem, RunRecord, RunStatus, RunStore, RunWithSteps, StepRow } from "../port.ts";
import type { Db } from "./database.ts";
import type { Reads } from "./implementation.ts";

/** Runs whose end the watcher and the sweeper look at in one go. */
const ACTIVE_LIMIT = 500;

const HEAD = {
  id: runs.id,
  runbook: runs.runbook,
  runbookHash: runs.runbookHash,
  planHash: runs.planHash,
  node: runs.node,
  status: runs.status,
  dryRun: runs.dryRun,
  params: runs.params,
  triggerKind: runs.triggerKind,
  triggerBy: runs.triggerBy,
  concurrencyKey: runs.concurrencyKey,
  startedAt: runs.startedAt,
  endedAt: runs.endedAt,
  summary: runs.summary,
  error: runs.error,
  cancelRequestedAt: runs.cancelRequestedAt,
  temporalRunId: runs.temporalRunId,
  revision: runs.revision,
  stepsDone: runs.stepsDone,
  stepsTotal: runs.stepsTotal,
};

type Head = Pick<typeof runs.$inferSelect, keyof typeof HEAD>;

function toRecord({ triggerKind, triggerBy, stepsDone, stepsTotal, ...row }: Head): RunRecord {
  return {
    ...row,
    status: row.status as RunStatus,
    trigger: { kind: triggerKind as RunRecord["trigger"]["kind"], by: triggerBy },
    progress: { done: stepsDone, total: stepsTotal },
  };
}

async function stepsOf(db: Db, ids: string[]): Promise<Map<string, StepRow[]>> {
  const byRun = new Map<string, StepRow[]>(ids.map((id) => [id, []]));
  const refs = await db.select().from(artifactRefs).where(inArray(artifactRefs.runId, ids))
    .orderBy(asc(artifactRefs.capturedAt), asc(artifactRefs.kind));
  const rows = await db.select().from(steps).where(inArray(steps.runId, ids))
    .orderBy(asc(steps.runId), asc(steps.position));
  for (const { runId, position: _position, seq: _seq, status, place, ...row } of rows) {
    byRun.get(runId)?.push({
      ...row,
      place: place as StepRow["place"],
      status: status as StepRow["status"],
      artifacts: refs.filter((ref) => ref.runId === runId && ref.stepPath === row.path)
        .map(({ runId: _run, stepPath: _path, ...ref }) => ref),
    });
  }
  return byRun;
}

async function withSteps(db: Db, records: RunRecord[]): Promise<RunWithSteps[]> {
  if (records.length === 0) return [];
  const byRun = await stepsOf(db, records.map((record) => record.id));
  return records.map((record) => ({ ...record, steps: byRun.get(record.id) ?? [] }));
}

/** Reading side of {@link RunStore}. */
export const runReads: Reads<
  RunStore,
  "get" | "isKnownKey" | "plan" | "list" | "active" | "outboxDue"
> = {
  async get(db, id) {
    const rows = await db.select(HEAD).from(runs).where(eq(runs.id, id));
    const [run] = await withSteps(db, rows.map(toRecord));
    return run ?? null;
  },
  async isKnownKey(db, actor, key) {
    const rows = await db.select({ runId: idempotency.runId }).from(idempotency).where(
      and(eq(idempotency.actor, actor), eq(idempotency.key, key)),
    );
    return rows.length > 0;
  },
  async plan(db, id) {
    const [row] = await db.select({ plan: runs.plan }).from(runs).where(eq(runs.id, id));
    return row?.plan ?? null;
  },
  async list(db, filter) {
    const rows = await db.select(HEAD).from(runs).where(and(
      filter.status === undefined ? undefined : eq(runs.status, filter.status),
      filter.runbook === undefined ? undefined : eq(runs.runbook, filter.runbook),
      filter.node === undefined ? undefined : eq(runs.node, filter.node),
      filter.before === undefined ? undefined : lt(runs.id, filter.before),
    )).orderBy(desc(runs.id)).limit(filter.limit);
    return rows.map(toRecord);
  },
  async active(db) {
    const rows = await db.select(HEAD).from(runs).where(isNull(runs.endedAt))
      .orderBy(asc(runs.id)).limit(ACTIVE_LIMIT);
    return withSteps(db, rows.map(toRecord));
  },
  async outboxDue(db, limit) {
    const rows = await db.select({
      id: outbox.id,
      kind: outbox.kind,
      runId: outbox.runId,
      attempts: outbox.attempts,
    }).from(outbox).where(isNull(outbox.doneAt)).orderBy(asc(outbox.id)).limit(limit);
    return rows.map((row) => ({ ...row, kind: row.kind as OutboxItem["kind"] }));
  },
};
