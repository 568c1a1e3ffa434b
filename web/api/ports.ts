/**
 * What the API needs of the rest of the control plane.
 *
 * @module
 */
import type { z } from "zod";
import type { PermitPayload } from "../../activities/contract/mod.ts";
import type { Json, Plan } from "../../runbooks/language/plan.ts";
import type * as shapes from "../operations/shapes.ts";
import type { ArtifactDirectory, AuditHeads, RunWithSteps, Store } from "../store/mod.ts";

/**
 * Something wrong in a runbook's file or parameters.
 *
 * @internal its type is zod's
 */
export type Problem = z.infer<typeof shapes.Problem>;

/**
 * A runbook in a list.
 *
 * @internal its type is zod's
 */
export type RunbookSummary = z.infer<typeof shapes.RunbookSummary>;

/**
 * A runbook with its source.
 *
 * @internal its type is zod's
 */
export type Runbook = z.infer<typeof shapes.Runbook>;

/**
 * The check of a source.
 *
 * @internal its type is zod's
 */
export type Validation = z.infer<typeof shapes.Validation>;

/** The runbooks that runs can be started of. */
export interface Library {
  /** All runbooks. */
  list(): RunbookSummary[];
  /** A runbook, or null. */
  get(name: string): Runbook | null;
  /** Checks a runbook's source. */
  validate(source: string): Validation;
  /** Null when there is no such runbook. */
  plan(
    name: string,
    request: { node: string; params: Record<string, Json>; dryRun: boolean },
  ): { plan: Plan } | { problems: Problem[] } | null;
  /** `did you mean …?`, or what there is. */
  suggest(name: string, known: string[]): string;
}

/** Changes of runs, as they reach the database. */
export interface RunBus {
  /** Calls back with a run's id after each change; returns how to stop. */
  subscribe(listener: (runId: string) => void): () => void;
  /** A run has changed. */
  publish(runId: string): void;
}

/** A question to a node: its answer, or why there is none. */
export type NodeAnswer =
  | { outputs: Record<string, Json> }
  | { failure: { code: string; message: string; hint?: string } };

/** Answer of `GET /healthz`. */
export interface Health {
  /** `ok` when runs can be started. */
  status: "ok" | "starting" | "degraded";
  /** Part by part. */
  checks: Record<"database" | "temporal" | "worker", "ok" | "failed">;
}

/** A report as it was written, or null when there is none yet. */
export interface Reports {
  /** The report. */
  json(run: RunWithSteps): Promise<Record<string, unknown> | null>;
  /** The report as Markdown. */
  markdown(run: RunWithSteps): Promise<string | null>;
}

/** Everything. */
export interface ApiPorts {
  /** The record. */
  store: Store;
  /** Artifacts' bytes. */
  artifacts: ArtifactDirectory;
  /** The audit's signed heads. */
  auditHeads: AuditHeads;
  /** Runbooks. */
  library: Library;
  /** Changes of runs. */
  bus: RunBus;
  /** Reports. */
  reports: Reports;
  /** Reads a permit and checks its signature; rejects one that this control plane did not sign. */
  readPermit(permit: string): Promise<PermitPayload>;
  /** Asks a node something read-only at once, outside of any run. */
  askNode(
    question: { node: string; uses: string; with: Record<string, Json>; by: string },
  ): Promise<NodeAnswer>;
  /** How it stands. */
  health(): Promise<Health>;
  /** Aborts when the server is about to end; event streams end with it. */
  ending: AbortSignal;
  /** Temporal should be told what the outbox holds. */
  kick(): void;
  /** Writes a line of the log. */
  log(level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>): void;
  /** Origin that links begin with, e.g. `http://127.0.0.1:7420`. */
  publicUrl(): string;
  /** Names that the Host header may have besides loopback. */
  publicHost?: string;
  /** Folder of the built console; without it there is none. */
  uiDist?: string;
}
