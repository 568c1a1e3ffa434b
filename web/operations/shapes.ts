/**
 * The shapes of the API's answers. REST, CLI, console and (later) MCP share them. Sizes in bytes,
 * times ISO 8601 UTC.
 *
 * @module
 */
import { z } from "zod";

/** How a run stands. */
export const RunStatus = z.enum(["running", "waiting", "completed", "failed", "cancelled"]);

/** How a step stands. */
export const StepStatus = z.enum([
  "pending",
  "running",
  "waiting",
  "completed",
  "failed",
  "skipped",
  "cancelled",
]);

/** A file kept by content. */
export const Artifact = z.object({
  sha256: z.string(),
  kind: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  name: z.string(),
  capturedAt: z.string(),
});

/** Why something failed. */
export const StepError = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

/** One step of a run; steps inside `parallel` are listed flat, their `path` tells the place. */
export const Step = z.object({
  id: z.string(),
  path: z.string(),
  title: z.string(),
  uses: z.string(),
  status: StepStatus,
  /** 0 before the first attempt. */
  attempt: z.int(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** What it waits for, in words. */
  waitingOn: z.string().optional(),
  /** Why it was skipped. */
  reason: z.string().optional(),
  summary: z.string().optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  error: StepError.optional(),
  /** True when it failed and the run went on. */
  tolerated: z.boolean().optional(),
  artifacts: z.array(Artifact),
});

/** What started a run. */
export const Trigger = z.object({ kind: z.enum(["manual", "schedule", "alert"]), by: z.string() });

/** A run without its steps, as lists show it. */
export const RunSummary = z.object({
  id: z.string(),
  runbook: z.string(),
  runbookHash: z.string(),
  planHash: z.string(),
  node: z.string(),
  status: RunStatus,
  dryRun: z.boolean(),
  params: z.record(z.string(), z.unknown()),
  trigger: Trigger,
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** Why it failed or what it came to. */
  summary: z.string().optional(),
  error: StepError.optional(),
  /** When a cancel was asked for. */
  cancelRequestedAt: z.string().optional(),
  /** Steps ended / steps in all. */
  progress: z.object({ done: z.int(), total: z.int() }),
});

/** A run with its steps. */
export const Run = RunSummary.extend({ steps: z.array(Step) });

/** A page of a list; `nextCursor` is absent on the last. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() });

/** A runbook in the library. */
export const RunbookSummary = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  risk: z.enum(["observe", "reversible", "disruptive"]),
  hash: z.string(),
  steps: z.int(),
});

/** A runbook with its source and form. */
export const Runbook = RunbookSummary.extend({
  /** The YAML as it is. */
  source: z.string(),
  /** JSON Schema of the parameters. */
  parameters: z.record(z.string(), z.unknown()),
});

/** Something wrong in a runbook's file. */
export const Problem = z.object({
  /** 1-based. */
  line: z.int(),
  /** 1-based. */
  column: z.int(),
  message: z.string(),
  hint: z.string().optional(),
  severity: z.enum(["error", "warning"]),
});

/** Answer of `runbook validate`. */
export const Validation = z.object({ ok: z.boolean(), problems: z.array(Problem) });

/** What a node told about itself last. */
export const Node = z.object({
  id: z.string(),
  status: z.enum(["online", "offline"]),
  lastSeenAt: z.string().nullable(),
  hostname: z.string().nullable(),
  os: z.string().nullable(),
  kernel: z.string().nullable(),
  arch: z.string().nullable(),
  cpus: z.int().nullable(),
  version: z.string().nullable(),
  memory: z.object({
    totalBytes: z.int(),
    availableBytes: z.int(),
  }).nullable(),
  level: z.enum(["ok", "warning", "urgent", "critical"]).nullable(),
  guard: z.object({
    mode: z.enum(["observe", "enforce"]),
    version: z.string(),
    policyHash: z.string(),
    rssBytes: z.int(),
  }).nullable(),
  /** Why the guard does not answer. */
  guardReason: z.string().optional(),
  collector: z.object({
    version: z.string(),
    rssBytes: z.int(),
    capabilities: z.array(z.string()),
    missing: z.array(z.object({ source: z.string(), reason: z.string() })),
  }).nullable(),
  /** Why the collector does not answer. */
  collectorReason: z.string().optional(),
});

/** RFC 9457 problem with a code from a closed set. */
export const ProblemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum([
    "invalid_argument",
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "too_large",
    "rate_limited",
    "node_offline",
    "unavailable",
    "internal",
  ]),
  detail: z.string(),
  hint: z.string().optional(),
  problems: z.array(Problem).optional(),
  /** Inputs that do not fit; `path` as in the request, e.g. `params.scope` or `node`. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
