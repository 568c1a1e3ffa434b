/**
 * Accepting, cancelling and ending runs, and what Temporal must hear of it.
 *
 * @module
 */
import { and, asc, eq, isNull, lt, sql } from "drizzle-orm";
import type { ActionStep, Plan, PlanNode } from "../../../runbooks/language/plan.ts";
import { idempotency, outbox, runs, steps } from "../schema.ts";
import type { Acceptance, AcceptRun, RunStore } from "../port.ts";
import { appendAudit } from "./audit.ts";
import { changes, type Db } from "./database.ts";
import type { Writes } from "./implementation.ts";

const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000;

/** The actions of a plan, flat, in order. */
export function actionsOf(nodes: PlanNode[]): ActionStep[] {
  return nodes.flatMap((node) => node.kind === "action" ? [node] : actionsOf(node.steps));
}

/** A run that already answers this request, or the reason it cannot be accepted. */
async function earlier(db: Db, run: AcceptRun): Promise<Acceptance | null> {
  if (run.idempotency) {
    const expired = new Date(Date.parse(run.at) - IDEMPOTENCY_KEPT_MS).toISOString();
    await db.delete(idempotency).where(lt(idempotency.createdAt, expired));
    const [known] = await db.select().from(idempotency).where(and(
      eq(idempotency.actor, run.actor.name),
      eq(idempotency.key, run.idempotency.key),
    ));
    if (known) {
      const kind = known.bodyHash === run.idempotency.bodyHash ? "joined" : "conflict";
      return { kind, runId: known.runId, by: "idempotency_key" };
    }
  }
  if (run.plan.concurrencyKey === null) return null;
  const [active] = await db.select({ id: runs.id, planHash: runs.planHash }).from(runs).where(
    and(eq(runs.concurrencyKey, run.plan.concurrencyKey), isNull(runs.endedAt)),
  );
  if (!active) return null;
  const kind = active.planHash === run.plan.hash ? "joined" : "conflict";
  return { kind, runId: active.id, by: "concurrency_key" };
}

async function rememberKey(db: Db, run: AcceptRun, runId: string): Promise<void> {
  if (!run.idempotency) return;
  const { key, bodyHash } = run.idempotency;
  await db.insert(idempotency)
    .values({ actor: run.actor.name, key, bodyHash, runId, createdAt: run.at })
    .onConflictDoNothing();
}

async function insertRun(db: Db, run: AcceptRun, plan: Plan): Promise<void> {
  const actions = actionsOf(plan.steps);
  await db.insert(runs).values({
    id: run.id,
    runbook: plan.runbook.name,
    runbookHash: plan.runbook.hash,
    planHash: plan.hash,
    plan,
    node: plan.node,
    status: "running",
    dryRun: plan.dryRun,
    params: plan.params,
    triggerKind: run.trigger.kind,
    triggerBy: run.trigger.by,
    concurrencyKey: plan.concurrencyKey,
    startedAt: run.at,
    stepsTotal: actions.length,
  });
  for (const [position, action] of actions.entries()) {
    await db.insert(steps).values({
      runId: run.id,
      path: action.path,
      position,
      id: action.id,
      title: action.title,
      uses: action.uses,
      place: action.where,
      status: "pending",
    });
  }
}

/** Writes that begin or end a run; see {@link RunStore}. */
export const acceptWrites: Writes<
  RunStore,
  "accept" | "bind" | "requestCancel" | "fail" | "outboxDone" | "outboxFailed"
> = {
  async accept(db, run) {
    const answer = await earlier(db, run);
    if (answer) {
      if (answer.kind === "joined") await rememberKey(db, run, answer.runId);
      return answer;
    }
    const { plan } = run;
    await insertRun(db, run, plan);
    await rememberKey(db, run, run.id);
    await db.insert(outbox).values({ kind: "start", runId: run.id, createdAt: run.at });
    await appendAudit(db, {
      at: run.at,
      actor: run.actor,
      action: "run.start",
      target: `run/${run.id}`,
      outcome: "ok",
      detail: {
        runbook: plan.runbook.name,
        runbookHash: plan.runbook.hash,
        planHash: plan.hash,
        node: plan.node,
        dryRun: plan.dryRun,
        params: plan.params,
        trigger: { ...run.trigger },
      },
    });
    return { kind: "accepted" };
  },

  async bind(db, id, temporalRunId) {
    const [run] = await db.select({ bound: runs.temporalRunId }).from(runs).where(eq(runs.id, id));
    if (!run) return "unknown";
    if (run.bound !== null) return run.bound === temporalRunId ? "same" : "other";
    await db.update(runs).set({ temporalRunId }).where(eq(runs.id, id));
    return "bound";
  },

  async requestCancel(db, wish) {
    const [run] = await db.select({ endedAt: runs.endedAt, asked: runs.cancelRequestedAt })
      .from(runs).where(eq(runs.id, wish.id));
    if (!run) return "unknown";
    if (run.endedAt !== null) return "ended";
    if (run.asked !== null) return "already";
    await db.update(runs).set({
      cancelRequestedAt: wish.at,
      cancelRequestedBy: wish.actor.name,
      revision: sql`${runs.revision} + 1`,
    }).where(eq(runs.id, wish.id));
    await db.insert(outbox).values({ kind: "cancel", runId: wish.id, createdAt: wish.at });
    await appendAudit(db, {
      at: wish.at,
      actor: wish.actor,
      action: "run.cancel",
      target: `run/${wish.id}`,
      outcome: "ok",
      detail: { reason: wish.reason ?? null },
    });
    return "requested";
  },

  async fail(db, { id, error, at, actor }) {
    const ended = await db.update(runs).set({
      status: "failed",
      endedAt: at,
      error,
      revision: sql`${runs.revision} + 1`,
    }).where(and(eq(runs.id, id), isNull(runs.endedAt)));
    if (changes(ended) === 0) return false;
    await closeOpenSteps(db, id, at);
    await db.update(outbox).set({ doneAt: at }).where(
      and(eq(outbox.runId, id), isNull(outbox.doneAt)),
    );
    await appendAudit(db, {
      at,
      actor,
      action: "run.fail",
      target: `run/${id}`,
      outcome: "failed",
      detail: { ...error },
    });
    return true;
  },

  async outboxDone(db, id, at) {
    await db.update(outbox).set({ doneAt: at, lastError: null }).where(eq(outbox.id, id));
  },

  async outboxFailed(db, id, error) {
    await db.update(outbox).set({ attempts: sql`${outbox.attempts} + 1`, lastError: error })
      .where(eq(outbox.id, id));
  },
};

/** Gives every step that has no end one, since its run has ended. */
export async function closeOpenSteps(db: Db, runId: string, at: string): Promise<void> {
  const open = await db.select({ path: steps.path, status: steps.status }).from(steps)
    .where(and(eq(steps.runId, runId), isNull(steps.endedAt))).orderBy(asc(steps.position));
  for (const step of open) {
    const began = step.status !== "pending";
    await db.update(steps).set({
      status: began ? "cancelled" : "skipped",
      reason: began ? "the run ended while it was under way" : "the run ended before it",
      waitingOn: null,
      endedAt: began ? at : null,
    }).where(and(eq(steps.runId, runId), eq(steps.path, step.path)));
  }
}
