/**
 * Runs, their steps, and what Temporal must hear of them.
 *
 * @module
 */
import type {
  ArtifactRef,
  Json,
  StepError,
  StepStatus,
  Transition,
  Trigger,
} from "../../../activities/contract/mod.ts";
import type { Plan } from "../../../runbooks/language/plan.ts";
import type { Actor } from "./audit.ts";

/** A transition without its key. */
export type TransitionBody = Pick<
  Transition,
  "outputs" | "summary" | "reason" | "error" | "tolerated" | "artifacts"
>;

/** How a run stands. */
export type RunStatus = "running" | "waiting" | "completed" | "failed" | "cancelled";

/** A run without its steps. */
export interface RunRecord {
  /** ULID in lower case; also the workflow id. */
  id: string;
  /** Name of the runbook. */
  runbook: string;
  /** sha256 (hex) of the runbook's file. */
  runbookHash: string;
  /** sha256 (hex) of the plan. */
  planHash: string;
  /** Node id. */
  node: string;
  /** How it stands. */
  status: RunStatus;
  /** Nothing is changed. */
  dryRun: boolean;
  /** Parameters after defaults. */
  params: Record<string, Json>;
  /** What started it. */
  trigger: Trigger;
  /** Runs with the same key do not run at the same time. */
  concurrencyKey: string | null;
  /** When it was accepted, ISO 8601. */
  startedAt: string;
  /** When it ended, ISO 8601. */
  endedAt: string | null;
  /** What it came to, one sentence. */
  summary: string | null;
  /** Why it failed. */
  error: StepError | null;
  /** When a cancel was asked for, ISO 8601. */
  cancelRequestedAt: string | null;
  /** Temporal's run id once it is bound. */
  temporalRunId: string | null;
  /** Rises with every change. */
  revision: number;
  /** Steps ended, and steps in all. */
  progress: { done: number; total: number };
}

/** A step of a run. */
export interface StepRow {
  /** Ids from the root, joined by `/`. */
  path: string;
  /** Its own id. */
  id: string;
  /** For a person. */
  title: string;
  /** The action. */
  uses: string;
  /** Where it runs. */
  place: "node" | "centre";
  /** How it stands. */
  status: StepStatus;
  /** 0 before the first. */
  attempt: number;
  /** When its first attempt began, ISO 8601. */
  startedAt: string | null;
  /** When it ended, ISO 8601. */
  endedAt: string | null;
  /** What it waits for, in words. */
  waitingOn: string | null;
  /** Why it was skipped. */
  reason: string | null;
  /** What it came to, one sentence. */
  summary: string | null;
  /** What later steps see. */
  outputs: Record<string, Json> | null;
  /** Why it failed. */
  error: StepError | null;
  /** It failed and the run went on. */
  tolerated: boolean | null;
  /** What it left. */
  artifacts: ArtifactRef[];
}

/** A run with its steps, in plan order. */
export interface RunWithSteps extends RunRecord {
  /** In plan order. */
  steps: StepRow[];
}

/** A run to accept. */
export interface AcceptRun {
  /** ULID in lower case. */
  id: string;
  /** What will be carried out; pinned. */
  plan: Plan;
  /** What started it. */
  trigger: Trigger;
  /** Who did it. */
  actor: Actor;
  /** When, ISO 8601. */
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
  /** Only runs that stand so. */
  status?: RunStatus;
  /** Only runs of this runbook. */
  runbook?: string;
  /** Only runs on this node. */
  node?: string;
  /** At most so many. */
  limit: number;
  /** Only runs with a smaller id. */
  before?: string;
}

/** Something to tell Temporal. */
export interface OutboxItem {
  /** Number in order of writing. */
  id: number;
  /** What to tell. */
  kind: "start" | "cancel";
  /** The run. */
  runId: string;
  /** Times it was tried in vain. */
  attempts: number;
}

/** What a permit's decision rests on, read in the transaction that audits the decision. */
export interface PermitRequest {
  /** The run. */
  runId: string;
  /** Temporal's run id of the workflow that asks. */
  temporalRunId: string;
  /** The step. */
  stepPath: string;
  /** What goes into the audit besides: uses, node, hash of the inputs. */
  detail: Json;
  /** When, ISO 8601. */
  at: string;
  /** Set when the decision is already no; only the audit remains. */
  refusal?: string;
  /** The permit is out already, since the database did not answer in time; only the audit remains. */
  signed?: boolean;
}

/** Runs, their steps and what Temporal must hear of them. */
export interface RunStore {
  /** One transaction: run, steps, audit, outbox. */
  accept(run: AcceptRun): Promise<Acceptance>;
  /** A run with its steps. */
  get(id: string): Promise<RunWithSteps | null>;
  /** Whether this caller's idempotency key already stands for a run. */
  isKnownKey(actor: string, key: string): Promise<boolean>;
  /** The pinned plan. */
  plan(id: string): Promise<Plan | null>;
  /** Runs without their steps, newest first. */
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
  /** What is not told yet, oldest first. */
  outboxDue(limit: number): Promise<OutboxItem[]>;
  /** It was told. */
  outboxDone(id: number, at: string): Promise<void>;
  /** It could not be told; it stays due. */
  outboxFailed(id: number, error: string): Promise<void>;
}
