/**
 * Nodes and what their guards did on their own.
 *
 * @module
 */
import type { Json } from "../../../activities/contract/mod.ts";

/** A node's own account, see `Node` in the API. */
export type NodeFacts = { [key: string]: Json };

/** A known node. */
export interface NodeRow {
  /** Its id. */
  id: string;
  /** When it was registered, ISO 8601. */
  createdAt: string;
  /** Time of its last heartbeat, ISO 8601. */
  lastSeenAt: string | null;
  /** What it told last. */
  facts: NodeFacts | null;
}

/** Nodes. */
export interface NodeStore {
  /** Makes a node known; a known one stays as it is. */
  register(id: string, at: string): Promise<void>;
  /** Renews what a node tells. */
  heartbeat(id: string, facts: NodeFacts, at: string): Promise<void>;
  /** A node. */
  get(id: string): Promise<NodeRow | null>;
  /** All nodes by id. */
  list(): Promise<NodeRow[]>;
  /** Keeps what the guard did, each id once; returns how many were new. Audited. */
  intervened(
    node: string,
    events: { id: string; at: string; body: Json }[],
    at: string,
  ): Promise<number>;
  /** Newest first. */
  interventions(
    filter: { node?: string; limit: number },
  ): Promise<{ node: string; id: string; at: string; body: Json }[]>;
}
