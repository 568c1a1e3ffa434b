/**
 * The audit: who did what, to what, and how it ended.
 *
 * @module
 */
import type { Json } from "../../../activities/contract/mod.ts";

/** Who did something. */
export interface Actor {
  /** How they showed who they are. */
  kind: "token" | "session" | "node" | "workflow" | "system" | "anonymous";
  /** Name of the token or session, node id, Temporal run id, or part of the system. */
  name: string;
}

/** What the audit is told; the writer adds sequence and hashes. */
export interface AuditEntry {
  /** When, ISO 8601. */
  at: string;
  /** Who did it. */
  actor: Actor;
  /** `run.start`, `permit.issue`, `access.denied` … */
  action: string;
  /** What it was about: a run, node, route or artifact. */
  target: string;
  /** How it ended. */
  outcome: "ok" | "refused" | "failed";
  /** What else matters; no secrets. */
  detail?: Json;
}

/** One row of the audit; `hash` covers everything else in it, `prevHash` included. */
export interface AuditRow extends Required<AuditEntry> {
  /** Number of the row, from 1 without gaps. */
  seq: number;
  /** Hash of the row before. */
  prevHash: string;
  /** sha256 (hex) of the canonical JSON of the rest of the row. */
  hash: string;
}

/** Where the chain ends. */
export interface AuditHead {
  /** Number of the row, from 1 without gaps. */
  seq: number;
  /** sha256 (hex). */
  hash: string;
}

/** Result of reading the whole chain again. */
export interface ChainCheck {
  /** Rows read. */
  rows: number;
  /** Whether all of it fits. */
  ok: boolean;
  /** The first row that does not fit. */
  firstBadRow?: number;
}

/** The audit. */
export interface AuditStore {
  /** Appends rows in one transaction. */
  append(entries: AuditEntry[]): Promise<AuditHead>;
  /** Where the chain ends. */
  head(): Promise<AuditHead>;
  /** Rows, newest first. */
  list(
    filter: { limit: number; before?: number; action?: string; target?: string },
  ): Promise<AuditRow[]>;
  /** Row by sequence number, for comparing with heads kept elsewhere. */
  hashes(seqs: number[]): Promise<AuditHead[]>;
  /** Reads the whole chain again. */
  verify(): Promise<ChainCheck>;
}
