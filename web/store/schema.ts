/**
 * The tables of the control plane's database. `deno task generate` turns a change here into a SQL
 * file under `migrations/`; both are committed. Times are ISO 8601 UTC text, which sorts as time.
 *
 * @module
 */
import type { Json, StepError } from "../../activities/contract/mod.ts";
import type { Plan } from "../../runbooks/language/plan.ts";
import type { NodeFacts, TransitionBody } from "./port.ts";
import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

/** One row per accepted run; the plan is pinned here and never changes. */
export const runs = sqliteTable("runs", {
  id: text().primaryKey(),
  runbook: text().notNull(),
  runbookHash: text().notNull(),
  planHash: text().notNull(),
  plan: text({ mode: "json" }).$type<Plan>().notNull(),
  node: text().notNull(),
  status: text().notNull(),
  dryRun: integer({ mode: "boolean" }).notNull(),
  params: text({ mode: "json" }).$type<Record<string, Json>>().notNull(),
  triggerKind: text().notNull(),
  triggerBy: text().notNull(),
  concurrencyKey: text(),
  startedAt: text().notNull(),
  endedAt: text(),
  summary: text(),
  error: text({ mode: "json" }).$type<StepError>(),
  cancelRequestedAt: text(),
  cancelRequestedBy: text(),
  /** Temporal's run id, bound once; nobody else's workflow may write this record. */
  temporalRunId: text(),
  /** Number of the latest change, for event streams. */
  revision: integer().notNull().default(0),
  stepsDone: integer().notNull().default(0),
  stepsTotal: integer().notNull(),
}, (t) => [
  index("runs_status").on(t.status, t.id),
  index("runs_runbook").on(t.runbook, t.id),
  index("runs_node").on(t.node, t.id),
  // The database itself keeps two active runs from holding one key.
  uniqueIndex("runs_one_active_per_key").on(t.concurrencyKey).where(
    sql`${t.concurrencyKey} is not null and ${t.endedAt} is null`,
  ),
]);

/** Append-only progress, as the workflow reported it. */
export const transitions = sqliteTable("transitions", {
  runId: text().notNull().references(() => runs.id),
  stepPath: text().notNull(),
  attempt: integer().notNull(),
  phase: text().notNull(),
  seq: integer().notNull(),
  at: text().notNull(),
  body: text({ mode: "json" }).$type<TransitionBody>().notNull(),
  recordedAt: text().notNull(),
}, (t) => [
  primaryKey({ columns: [t.runId, t.stepPath, t.attempt, t.phase] }),
  index("transitions_order").on(t.runId, t.seq),
]);

/** What the transitions of a step come to; derived, so that reading a run is one query. */
export const steps = sqliteTable("steps", {
  runId: text().notNull().references(() => runs.id),
  path: text().notNull(),
  position: integer().notNull(),
  id: text().notNull(),
  title: text().notNull(),
  uses: text().notNull(),
  place: text().notNull(),
  status: text().notNull(),
  attempt: integer().notNull().default(0),
  seq: integer().notNull().default(0),
  startedAt: text(),
  endedAt: text(),
  waitingOn: text(),
  reason: text(),
  summary: text(),
  outputs: text({ mode: "json" }).$type<Record<string, Json>>(),
  error: text({ mode: "json" }).$type<StepError>(),
  tolerated: integer({ mode: "boolean" }),
}, (t) => [primaryKey({ columns: [t.runId, t.path] })]);

/** What must still be told to Temporal; written with the change that causes it. */
export const outbox = sqliteTable("outbox", {
  id: integer().primaryKey({ autoIncrement: true }),
  kind: text().notNull(),
  runId: text().notNull().references(() => runs.id),
  createdAt: text().notNull(),
  doneAt: text(),
  attempts: integer().notNull().default(0),
  lastError: text(),
}, (t) => [index("outbox_due").on(t.id).where(sql`${t.doneAt} is null`)]);

/** Append-only, hash-chained by the one writer. */
export const audit = sqliteTable("audit", {
  seq: integer().primaryKey(),
  at: text().notNull(),
  actorKind: text().notNull(),
  actor: text().notNull(),
  action: text().notNull(),
  target: text().notNull(),
  outcome: text().notNull(),
  detail: text({ mode: "json" }).$type<Json>(),
  prevHash: text().notNull(),
  hash: text().notNull(),
}, (t) => [index("audit_action").on(t.action, t.seq), index("audit_target").on(t.target, t.seq)]);

/** Complete artifacts, by content. */
export const artifacts = sqliteTable("artifacts", {
  sha256: text().primaryKey(),
  bytes: integer().notNull(),
  createdAt: text().notNull(),
  createdBy: text().notNull(),
}, (t) => [index("artifacts_by").on(t.createdBy, t.createdAt)]);

/** Where an artifact is named: by which step of which run, as what. */
export const artifactRefs = sqliteTable("artifact_refs", {
  runId: text().notNull().references(() => runs.id),
  stepPath: text().notNull(),
  sha256: text().notNull(),
  kind: text().notNull(),
  mediaType: text().notNull(),
  name: text().notNull(),
  bytes: integer().notNull(),
  capturedAt: text().notNull(),
}, (t) => [
  primaryKey({ columns: [t.runId, t.stepPath, t.sha256, t.kind] }),
  index("artifact_refs_sha256").on(t.sha256),
]);

/** Known nodes and what they last told. */
export const nodes = sqliteTable("nodes", {
  id: text().primaryKey(),
  createdAt: text().notNull(),
  lastSeenAt: text(),
  facts: text({ mode: "json" }).$type<NodeFacts>(),
});

/** Node tokens, by sha256 only. */
export const nodeTokens = sqliteTable("node_tokens", {
  sha256: text().primaryKey(),
  nodeId: text().notNull().references(() => nodes.id),
  createdAt: text().notNull(),
  revokedAt: text(),
});

/** People's tokens, by sha256 only. */
export const tokens = sqliteTable("tokens", {
  sha256: text().primaryKey(),
  name: text().notNull(),
  role: text().notNull(),
  createdAt: text().notNull(),
  revokedAt: text(),
});

/** Browser sessions, by sha256 of the cookie. */
export const sessions = sqliteTable("sessions", {
  sha256: text().primaryKey(),
  name: text().notNull(),
  role: text().notNull(),
  createdAt: text().notNull(),
  expiresAt: text().notNull(),
});

/** One-time sign-in codes, by sha256. */
export const signinCodes = sqliteTable("signin_codes", {
  sha256: text().primaryKey(),
  name: text().notNull(),
  role: text().notNull(),
  createdBy: text().notNull(),
  expiresAt: text().notNull(),
  usedAt: text(),
});

/** What a node's guard did on its own, exactly once each. */
export const interventions = sqliteTable("interventions", {
  nodeId: text().notNull(),
  id: text().notNull(),
  at: text().notNull(),
  body: text({ mode: "json" }).$type<Json>().notNull(),
}, (t) => [primaryKey({ columns: [t.nodeId, t.id] }), index("interventions_at").on(t.at)]);

/** Keys of requests that must not take effect twice. */
export const idempotency = sqliteTable("idempotency", {
  actor: text().notNull(),
  key: text().notNull(),
  bodyHash: text().notNull(),
  runId: text().notNull(),
  createdAt: text().notNull(),
}, (t) => [primaryKey({ columns: [t.actor, t.key] })]);
