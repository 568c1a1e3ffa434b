/**
 * Operations on runbooks.
 *
 * @module
 */
import { z } from "zod";
import { operation } from "./define.ts";
import { json, name, nodeId } from "./inputs.ts";
import { page, Runbook, RunbookSummary, Validation } from "./shapes.ts";

/** The library. */
export const runbookList = operation({
  method: "GET",
  path: "/api/v1/runbooks",
  role: "viewer",
  risk: "observe",
  title: "List the runbooks",
  input: z.strictObject({}),
  output: page(RunbookSummary),
  examples: [{ title: "All", input: {} }],
});

/** One runbook. */
export const runbookGet = operation({
  method: "GET",
  path: "/api/v1/runbooks/{name}",
  role: "viewer",
  risk: "observe",
  title: "Show a runbook with its source and parameters",
  input: z.strictObject({ name }),
  output: Runbook,
  examples: [{ title: "The leading one", input: { name: "near-oom" } }],
});

/** Check of a source. */
export const runbookValidate = operation({
  method: "POST",
  path: "/api/v1/runbooks/validate",
  role: "viewer",
  risk: "observe",
  title: "Check a runbook's source",
  input: z.strictObject({
    /** YAML of at most 256 KiB; more is refused as `too_large`. */
    source: z.string(),
  }),
  output: Validation,
  examples: [{ title: "A source without steps", input: { source: "name: x\n" } }],
});

/** A plan: what a run would carry out, as pinned with it. */
export const PlanShape = z.looseObject({
  interpreter: z.string(),
  runbook: z.object({ name: z.string(), title: z.string(), hash: z.string() }),
  hash: z.string(),
  node: z.string(),
  params: z.record(z.string(), json),
  dryRun: z.boolean(),
  risk: z.enum(["observe", "reversible", "disruptive"]),
  concurrencyKey: z.string().nullable(),
  steps: z.array(z.looseObject({ kind: z.string(), id: z.string(), path: z.string() })),
});

/** Plan of a run that is not started. */
export const runbookPlan = operation({
  method: "POST",
  path: "/api/v1/runbooks/{name}/plan",
  role: "viewer",
  risk: "observe",
  title: "Show what a run would do",
  input: z.strictObject({
    name,
    node: nodeId.optional(),
    params: z.record(z.string().max(128), json).optional(),
    dryRun: z.boolean().optional(),
  }),
  output: PlanShape,
  examples: [{ title: "With defaults", input: { name: "near-oom", node: "local" } }],
});
