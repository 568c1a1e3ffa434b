/**
 * What the control plane's activities need; the control plane wires them to its store and keys.
 *
 * @module
 */
import type { ArtifactRef, Json, PermitPayload, Transition } from "../contract/mod.ts";

/** The workflow that calls, as Temporal itself says, not as the input claims. */
export interface Caller {
  /** The workflow's id; for a run, the run's. */
  workflowId: string;
  /** Temporal's run id. */
  temporalRunId: string;
}

/** Keeps transitions. */
export interface RecordPort {
  /** Paths of all actions of a run's plan, or null when the run is unknown. */
  steps(runId: string): Promise<string[] | null>;
  /**
   * Writes transitions that are not yet there. Resolves to the number that were refused because the
   * run is unknown or bound to another workflow.
   */
  record(transitions: Transition[]): Promise<{ refused: number }>;
}

/** A step of a pinned plan, as far as a permit needs it. */
export type PermitPlanNode =
  | {
    kind: "action";
    path: string;
    uses: string;
    risk: string;
    with: { [key: string]: Json };
  }
  | { kind: "parallel"; steps: PermitPlanNode[] };

/** An accepted run, as far as a permit needs it. */
export interface PermitRun {
  /** Id in the runbook. */
  id: string;
  /** `running`, `waiting` or how it ended. */
  status: string;
  /** Node id. */
  node: string;
  /** Nothing is changed. */
  dryRun: boolean;
  /** When a cancel was asked for, ISO 8601. */
  cancelRequestedAt: string | null;
  /** Temporal's run id to which the run is bound; null before the first contact. */
  temporalRunId: string | null;
  /** sha256 (hex) of the plan. */
  planHash: string;
  /** The plan as the database pins it. */
  plan: { hash: string; steps: PermitPlanNode[] };
}

/** A decision to be made final. */
export interface PermitDecision {
  /** The run. */
  runId: string;
  /** Temporal's run id. */
  temporalRunId: string;
  /** The step; "" is the run itself. */
  stepPath: string;
  /** What the audit keeps besides: action, node, hash of the inputs. */
  detail: Json;
  /** ISO 8601. */
  at: string;
  /** Set when the answer is no already; only the audit remains. */
  refusal?: string;
}

/** Decides on permits and signs them. */
export interface PermitPort {
  /** The accepted run, or null. */
  run(id: string): Promise<PermitRun | null>;
  /**
   * The last word: binds the run to this workflow on first contact and looks once more whether it
   * may act (not ended, no cancel, same workflow), in the transaction that audits it. A database
   * that does not take the write within a moment delays the record, never a rescue: the answer
   * then rests on what can be read, and the audit follows.
   */
  decide(decision: PermitDecision): Promise<{ ok: true } | { ok: false; reason: string }>;
  /** Signs a payload, in the wire form of permits. */
  sign(payload: PermitPayload): Promise<string>;
}

/** Keeps the control plane's own artifacts. */
export interface CentreArtifactPort {
  /** Keeps an artifact. */
  put(
    bytes: Uint8Array,
    meta: Pick<ArtifactRef, "kind" | "mediaType" | "name" | "capturedAt"> & { runId: string },
  ): Promise<ArtifactRef>;
}

/** All ports of the control plane's activities. */
export interface CentrePorts {
  /** Where transitions go. */
  record: RecordPort;
  /** Who decides on permits. */
  permits: PermitPort;
  /** Where artifacts go. */
  artifacts: CentreArtifactPort;
  /** The clock. */
  now: () => Date;
}
