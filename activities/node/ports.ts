/**
 * What a node's activities need from the machine; the node runner wires them to sockets, files and
 * the control plane.
 *
 * Every port rejects with an error that carries a `code`: a `StepFailure`, or the socket's own
 * error whose codes the node runner translates.
 *
 * @module
 */
import type {
  Assessment,
  AssessParams,
  GpuStatus,
  KillPlan,
  Order,
  OrderOutcome,
  PanoramaParams,
  PanoramaResult,
  PlanParams,
  ProfileParams,
  ProfileResult,
} from "../../native/contract/mod.ts";
import type { ArtifactRef, PermitPayload } from "../contract/mod.ts";

/** Limits of one call. */
export interface CallOptions {
  /** Milliseconds for the whole call, reconnecting included. */
  deadlineMs: number;
  /** Aborts the call; the other side is told to stop. */
  signal: AbortSignal;
}

/** The guard, the only process that signals. */
export interface GuardPort {
  /** State of a scope. */
  assess(params: AssessParams, options: CallOptions): Promise<Assessment>;
  /** Who would be killed. */
  plan(params: PlanParams, options: CallOptions): Promise<KillPlan>;
  /** Carries out a bounded order; sending it twice is safe. */
  order(order: Order, options: CallOptions): Promise<OrderOutcome>;
}

/** The collector. */
export interface CollectorPort {
  /** Where every byte of memory went. */
  panorama(params: PanoramaParams, options: CallOptions): Promise<PanoramaResult>;
  /** An on-CPU profile. */
  profile(params: ProfileParams, options: CallOptions): Promise<ProfileResult>;
  /** What the GPUs hold. */
  gpuStatus(options: CallOptions): Promise<GpuStatus>;
}

/** What an artifact is. */
export interface ArtifactMeta {
  /** The run. */
  runId: string;
  /** What it is, e.g. `panorama`. */
  kind: string;
  /** Media type. */
  mediaType: string;
  /** File name to offer on download. */
  name: string;
  /** When the content was captured, ISO 8601. */
  capturedAt: string;
}

/** Keeps artifacts: on disk at once, at the control plane as soon as it can be reached. */
export interface ArtifactPort {
  /** A file is taken over (moved); bytes are written. */
  put(
    content: { path: string } | { bytes: Uint8Array },
    meta: ArtifactMeta,
    options: { signal: AbortSignal },
  ): Promise<ArtifactRef>;
}

/** Scratch folders into which the collector writes. */
export interface ScratchPort {
  /** A new, empty folder of mode 0700; disposing removes it with what is left in it. */
  create(): Promise<AsyncDisposable & { path: string }>;
}

/** Reads a permit and checks its signature; rejects with `StepFailure` `refused`. */
export type PermitVerifier = (permit: string) => Promise<PermitPayload>;

/**
 * Asks the control plane whether a permit still stands; rejects when it has no answer. A permit is
 * good for two minutes, a run can be cancelled in one second.
 */
export type PermitAuthority = (
  permit: string,
  signal: AbortSignal,
) => Promise<{ stands: boolean; reason?: string }>;

/** All ports of a node. */
export interface NodePorts {
  /** Id of this node. */
  nodeId: string;
  /** The guard. */
  guard: GuardPort;
  /** The collector. */
  collector: CollectorPort;
  /** Where artifacts go. */
  artifacts: ArtifactPort;
  /** Scratch folders. */
  scratch: ScratchPort;
  /** Checks a permit's signature. */
  verifyPermit: PermitVerifier;
  /** Knows whether a permit still stands. */
  permitAuthority: PermitAuthority;
  /** The clock. */
  now: () => Date;
}
