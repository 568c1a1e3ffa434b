/**
 * Operations on runs.
 *
 * @module
 */
import { z } from "zod";
import { operation } from "./define.ts";
import { page, Run, RunStatus, RunSummary } from "./shapes.ts";
import { cursor, json, limit, name, nodeId, runId } from "./inputs.ts";

/** Start of a run. */
export const runStart = operation({
  method: "POST",
  path: "/api/v1/runs",
  role: "operator",
  risk: "disruptive",
  title: "Start a run",
  status: 201,
  input: z.strictObject({
    runbook: name,
    /** The only node by default. */
    node: nodeId.optional(),
    params: z.record(z.string().max(128), json).optional(),
    dryRun: z.boolean().optional(),
    /** Same key, same request: the same run. Also taken from the header `Idempotency-Key`. */
    idempotencyKey: z.string().min(1).max(200).optional(),
  }),
  /** `joined` when an earlier request or a run under way already answers this one. */
  output: Run.extend({ joined: z.boolean().optional() }),
  examples: [
    {
      title: "Dry run on the local node",
      input: { runbook: "near-oom", node: "local", dryRun: true },
    },
    {
      title: "One cgroup",
      input: { runbook: "near-oom", params: { scope: "cgroup:/demo" }, idempotencyKey: "alert-17" },
    },
  ],
});

/** List of runs, newest first. */
export const runList = operation({
  method: "GET",
  path: "/api/v1/runs",
  role: "viewer",
  risk: "observe",
  title: "List runs, newest first",
  input: z.strictObject({
    status: RunStatus.optional(),
    runbook: name.optional(),
    node: nodeId.optional(),
    limit: limit.optional(),
    cursor: cursor.optional(),
  }),
  output: page(RunSummary),
  examples: [{ title: "What waits", input: { status: "waiting", limit: 20 } }],
});

/** One run with its steps. */
export const runGet = operation({
  method: "GET",
  path: "/api/v1/runs/{id}",
  role: "viewer",
  risk: "observe",
  title: "Show a run with its steps",
  input: z.strictObject({ id: runId }),
  output: Run,
  examples: [{ title: "A run", input: { id: "01jd4w9yq2m7r8s5t6v7w8x9y0" } }],
});

/** Cancel of a run. */
export const runCancel = operation({
  method: "POST",
  path: "/api/v1/runs/{id}/cancel",
  role: "operator",
  risk: "reversible",
  title: "Cancel a run before its next destructive action",
  input: z.strictObject({ id: runId, reason: z.string().max(1000).optional() }),
  output: Run,
  examples: [{
    title: "With a reason",
    input: { id: "01jd4w9yq2m7r8s5t6v7w8x9y0", reason: "wrong host" },
  }],
});

/** Report of a run; `markdown` answers `text/markdown`. */
export const runReport = operation({
  method: "GET",
  path: "/api/v1/runs/{id}/report",
  role: "viewer",
  risk: "observe",
  title: "Show a run's report",
  input: z.strictObject({ id: runId, format: z.enum(["json", "markdown"]).optional() }),
  output: z.looseObject({ version: z.literal(1) }),
  examples: [{
    title: "As Markdown",
    input: { id: "01jd4w9yq2m7r8s5t6v7w8x9y0", format: "markdown" },
  }],
});
