/**
 * The store as the control plane sees it: narrow, asynchronous, free of SQL, so that another
 * database can stand behind it. Every write is one transaction; those that people must be able to
 * rely on (accepted runs, cancels, permits, audit, credentials) are on disk when they resolve.
 *
 * @module
 */
import type { AccessStore } from "./port/access.ts";
import type { ArtifactStore } from "./port/artifacts.ts";
import type { AuditHead, AuditStore } from "./port/audit.ts";
import type { NodeStore } from "./port/nodes.ts";
import type { RunStore } from "./port/runs.ts";

export type {
  ArtifactRef,
  Json,
  Phase,
  StepError,
  StepStatus,
  Transition,
  Trigger,
} from "../../activities/contract/mod.ts";
export type { Plan, PlanNode, Risk } from "../../runbooks/language/plan.ts";
export type * from "./port/access.ts";
export type * from "./port/artifacts.ts";
export type * from "./port/audit.ts";
export type * from "./port/nodes.ts";
export type * from "./port/runs.ts";

/** All of it. */
export interface Store {
  /** Runs. */
  runs: RunStore;
  /** The audit. */
  audit: AuditStore;
  /** Nodes. */
  nodes: NodeStore;
  /** Credentials. */
  access: AccessStore;
  /** Artifacts. */
  artifacts: ArtifactStore;
  /** Called with the chain's new end after each write that lengthened it. */
  onAuditHead(listener: (head: AuditHead) => void): void;
  /** Milliseconds the writer needs for an empty round trip; throws when it is gone. */
  ping(): Promise<void>;
  /** Finishes what is queued and closes the files. */
  close(): Promise<void>;
}
