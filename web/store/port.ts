/**
 * The store as the control plane sees it: narrow, asynchronous, free of SQL, so that another
 * database can stand behind it. Every write is one transaction; those that people must be able to
 * rely on (accepted runs, cancels, permits, audit, credentials) are on disk when they resolve.
 *
 * @module
 */
import type { ArtifactRef, Json, StepError, Transition } from "../../activities/contract/mod.ts";
import type { StepStatus, Trigger } from "../../activities/contract/mod.ts";
import type { Plan } from "../../runbooks/language/plan.ts";

/** Who did something. */
export interface Actor {
  kind: "token" | "session" | "node" | "workflow" | "system" | "anonymous";
  name: string;
}

/** What the audit is told; the writer adds sequence and hashes. */
export interface AuditEntry {
  at: string;
  actor: Actor;
  /** `run.start`, `permit.issue`, `access.denied` … */
  action: string;
  /** What it was about: a run, node, route or artifact. */
  target: string;
  outcome: "ok" | "refused" | "failed";
  detail?: Json;
}

/** One row of the audit; `hash` covers everything else in it, `prevHash` included. */
export interface AuditRow extends Required<AuditEntry> {
  seq: number;
  prevHash: string;
  hash: string;
}

/** Where the chain ends. */
export interface AuditHead {
  seq: number;
  hash: string;
}

/** Result of reading the whole chain again. */
export interface ChainCheck {
  rows: number;
  ok: boolean;
  firstBadRow?: number;
}

/** A transition without its key. */
export type TransitionBody = Pick<
  Transition,
  "outputs" | "summary" | "reason" | "error" | "tolerated" | "artifacts"
>;

/** How a run stands. */
export type RunStatus = "running" | "waiting" | "completed" | "failed" | "cancelled";

/** A run without its steps. */
export interface RunRecord {
  id: string;
  runbook: string;
  runbookHash: string;
  planHash: string;
  node: string;
  status: RunStatus;
  dryRun: boolean;
  params: Record<string, Json>;
  trigger: Trigger;
  concurrencyKey: string | null;
  startedAt: string;
  endedAt: string | null;
  summary: string | null;
  error: StepError | null;
  cancelRequestedAt: string | null;
  temporalRunId: string | null;
  /** Rises with every change. */
  revision: number;
  progress: { done: number; total: number };
}

/** A step of a run. */
export interface StepRow {
  path: string;
  id: string;
  title: string;
  uses: string;
  place: "node" | "centre";
  status: StepStatus;
  attempt: number;
  startedAt: string | null;
  endedAt: string | null;
  waitingOn: string | null;
  reason: string | null;
  summary: string | null;
  outputs: Record<string, Json> | null;
  error: StepError | null;
  tolerated: boolean | null;
  artifacts: ArtifactRef[];
}

/** A run with its steps, in plan order. */
export interface RunWithSteps extends RunRecord {
  steps: StepRow[];
}

/** A run to accept. */
export interface AcceptRun {
  id: string;
  plan: Plan;
  trigger: Trigger;
  actor: Actor;
  at: string;
  /** The caller's key and the sha256 (hex) of what was asked. */
  idempotency?: { key: string; bodyHash: string };
}

/** What became of it. */
export type Acceptance =
  | { kind: "accepted" }
  | { kind: "joined" | "conflict"; runId: string; by: "idempotency_key" | "concurrency_key" };

/** Which runs to list; newest first. */
export interface RunFilter {
  status?: RunStatus;
  runbook?: string;
  node?: string;
  limit: number;
  /** Only runs with a smaller id. */
  before?: string;
}

/** Something to tell Temporal. */
export interface OutboxItem {
  id: number;
  kind: "start" | "cancel";
  runId: string;
  attempts: number;
}

/** What a permit's decision rests on, read in the transaction that audits the decision. */
export interface PermitRequest {
  runId: string;
  temporalRunId: string;
  stepPath: string;
  /** What goes into the audit besides: uses, node, hash of the inputs. */
  detail: Json;
  at: string;
  /** Set when the decision is already no; only the audit remains. */
  refusal?: string;
}

/** Runs, their steps and what Temporal must hear of them. */
export interface RunStore {
  /** One transaction: run, steps, audit, outbox. */
  accept(run: AcceptRun): Promise<Acceptance>;
  get(id: string): Promise<RunWithSteps | null>;
  /** Whether this caller's idempotency key already stands for a run. */
  isKnownKey(actor: string, key: string): Promise<boolean>;
  /** The pinned plan. */
  plan(id: string): Promise<Plan | null>;
  list(filter: RunFilter): Promise<RunRecord[]>;
  /** Runs that have not ended. */
  active(): Promise<RunWithSteps[]>;
  /** Binds a run to Temporal's run id, once. */
  bind(id: string, temporalRunId: string): Promise<"bound" | "same" | "other" | "unknown">;
  /** Notes the wish to cancel; `ended` when there is nothing left to cancel. */
  requestCancel(
    wish: { id: string; actor: Actor; reason?: string; at: string },
  ): Promise<"requested" | "already" | "ended" | "unknown">;
  /**
   * Writes transitions that are not yet there. Those of a run bound to another Temporal run are
   * left out and counted as `refused`.
   */
  record(transitions: Transition[], at: string): Promise<{ runs: string[]; refused: number }>;
  /** Ends a run whose workflow is gone, with the audit's word on it; false when it had ended. */
  fail(end: { id: string; error: StepError; at: string; actor: Actor }): Promise<boolean>;
  /** Sets what steps that are under way wait for; null: they are at work. Returns true on change. */
  setWaiting(id: string, steps: { path: string; waitingOn: string | null }[]): Promise<boolean>;
  /** Whether the run may act now: accepted, not ended, no cancel, bound to this workflow. Audited. */
  permit(request: PermitRequest): Promise<{ ok: true } | { ok: false; reason: string }>;
  outboxDue(limit: number): Promise<OutboxItem[]>;
  outboxDone(id: number, at: string): Promise<void>;
  outboxFailed(id: number, error: string): Promise<void>;
}

/** The audit. */
export interface AuditStore {
  append(entries: AuditEntry[]): Promise<AuditHead>;
  head(): Promise<AuditHead>;
  list(
    filter: { limit: number; before?: number; action?: string; target?: string },
  ): Promise<AuditRow[]>;
  /** Row by sequence number, for comparing with heads kept elsewhere. */
  hashes(seqs: number[]): Promise<AuditHead[]>;
  verify(): Promise<ChainCheck>;
}

/** A node's own account, see `Node` in the API. */
export type NodeFacts = { [key: string]: Json };

/** A known node. */
export interface NodeRow {
  id: string;
  createdAt: string;
  lastSeenAt: string | null;
  facts: NodeFacts | null;
}

/** Nodes. */
export interface NodeStore {
  register(id: string, at: string): Promise<void>;
  heartbeat(id: string, facts: NodeFacts, at: string): Promise<void>;
  get(id: string): Promise<NodeRow | null>;
  list(): Promise<NodeRow[]>;
  /** Keeps what the guard did, each id once; returns how many were new. Audited. */
  intervened(
    node: string,
    events: { id: string; at: string; body: Json }[],
    at: string,
  ): Promise<number>;
  interventions(
    filter: { node?: string; limit: number },
  ): Promise<{ node: string; id: string; at: string; body: Json }[]>;
}

/** A person's role. */
export type PersonRole = "viewer" | "operator" | "admin";

/** Credentials; only digests ever arrive here. */
export interface AccessStore {
  addToken(
    token: { sha256: string; name: string; role: PersonRole; at: string },
  ): Promise<void>;
  addNodeToken(token: { sha256: string; nodeId: string; at: string }): Promise<void>;
  tokens(): Promise<{ sha256: string; name: string; role: PersonRole }[]>;
  nodeTokens(): Promise<{ sha256: string; nodeId: string }[]>;
  addSession(
    session: { sha256: string; name: string; role: PersonRole; at: string; expiresAt: string },
  ): Promise<void>;
  session(sha256: string): Promise<
    { sha256: string; name: string; role: PersonRole; expiresAt: string } | null
  >;
  dropSession(sha256: string): Promise<void>;
  addSigninCode(
    code: {
      sha256: string;
      name: string;
      role: PersonRole;
      createdBy: string;
      expiresAt: string;
    },
  ): Promise<void>;
  /** Uses a code up; null when it is unknown, used or expired. */
  useSigninCode(sha256: string, at: string): Promise<{ name: string; role: PersonRole } | null>;
}

/** What is known of artifacts; the bytes lie in the artifact directory. */
export interface ArtifactStore {
  add(artifact: { sha256: string; bytes: number; at: string; by: string }): Promise<void>;
  get(sha256: string): Promise<
    { sha256: string; bytes: number; createdAt: string; ref: ArtifactRef | null } | null
  >;
  /** Bytes a creator has added since a time. */
  addedSince(by: string, since: string): Promise<number>;
}

export type { Json };

/** All of it. */
export interface Store {
  runs: RunStore;
  audit: AuditStore;
  nodes: NodeStore;
  access: AccessStore;
  artifacts: ArtifactStore;
  /** Called with the chain's new end after each write that lengthened it. */
  onAuditHead(listener: (head: AuditHead) => void): void;
  /** Milliseconds the writer needs for an empty round trip; throws when it is gone. */
  ping(): Promise<void>;
  /** Finishes what is queued and closes the files. */
  close(): Promise<void>;
}
