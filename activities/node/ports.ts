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
  assess(params: AssessParams, options: CallOptions): Promise<Assessment>;
  plan(params: PlanParams, options: CallOptions): Promise<KillPlan>;
  order(order: Order, options: CallOptions): Promise<OrderOutcome>;
}

/** The collector. */
export interface CollectorPort {
  panorama(params: PanoramaParams, options: CallOptions): Promise<PanoramaResult>;
  profile(params: ProfileParams, options: CallOptions): Promise<ProfileResult>;
  gpuStatus(options: CallOptions): Promise<GpuStatus>;
}

/** What an artifact is. */
export interface ArtifactMeta {
  runId: string;
  kind: string;
  mediaType: string;
  name: string;
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

/** All ports of a node. */
export interface NodePorts {
  nodeId: string;
  guard: GuardPort;
  collector: CollectorPort;
  artifacts: ArtifactPort;
  scratch: ScratchPort;
  verifyPermit: PermitVerifier;
  now: () => Date;
}
