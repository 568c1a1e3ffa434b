/**
 * Every command the worker threads know, by name, and which of them must be on disk before they
 * are answered.
 *
 * @module
 */
import { accessReads, accessWrites } from "./access.ts";
import { artifactReads, artifactWrites } from "./artifacts.ts";
import { auditReads, auditWrites } from "./audit.ts";
import { nodeReads, nodeWrites } from "./nodes.ts";
import { acceptWrites } from "./run_accept.ts";
import { runReads } from "./run_read.ts";
import { recordWrites } from "./run_record.ts";

/** Commands of the writer, by area and name. */
export const WRITES = {
  runs: { ...acceptWrites, ...recordWrites },
  audit: auditWrites,
  nodes: nodeWrites,
  access: accessWrites,
  artifacts: artifactWrites,
};

/** Commands of the reader. */
export const READS = {
  runs: runReads,
  audit: auditReads,
  nodes: nodeReads,
  access: accessReads,
  artifacts: artifactReads,
};

/**
 * Writes whose loss in a power cut costs nothing that anybody was promised: the next heartbeat or
 * look at Temporal repeats them. Everything else is synced.
 */
export const REPEATED: ReadonlySet<string> = new Set([
  "nodes.heartbeat",
  "runs.setWaiting",
  "runs.outboxFailed",
  "runs.outboxDone",
]);
