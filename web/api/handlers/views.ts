/**
 * From the store's records to the API's shapes.
 *
 * @module
 */
import type { z } from "zod";
import type * as shapes from "../../operations/shapes.ts";
import type { NodeRow, RunRecord, RunWithSteps, StepRow } from "../../store/mod.ts";

/** A node without a heartbeat for so long counts as offline, milliseconds. */
export const OFFLINE_AFTER_MS = 15_000;

type Shape<Name extends keyof typeof shapes> = (typeof shapes)[Name] extends z.ZodType<infer T> ? T
  : never;

/** Drops members that are null, where the API leaves them out. */
function present<T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** A run as lists show it. */
export function summaryView(run: RunRecord): Shape<"RunSummary"> {
  const { id, runbook, runbookHash, planHash, node, status, dryRun, params, trigger } = run;
  const { startedAt, endedAt, progress, summary, error, cancelRequestedAt } = run;
  return {
    ...{ id, runbook, runbookHash, planHash, node, status, dryRun, params, trigger },
    ...{ startedAt, endedAt, progress },
    ...present({ summary, error, cancelRequestedAt }),
  };
}

function stepView(step: StepRow): Shape<"Step"> {
  const { id, path, title, uses, status, attempt, startedAt, endedAt, artifacts } = step;
  const { waitingOn, reason, summary, outputs, error, tolerated } = step;
  return {
    ...{ id, path, title, uses, status, attempt, startedAt, endedAt },
    ...present({ waitingOn, reason, summary, outputs, error, tolerated }),
    artifacts,
  };
}

/** A run with its steps. */
export function runView(run: RunWithSteps): Shape<"Run"> {
  return { ...summaryView(run), steps: run.steps.map(stepView) };
}

/** Whether a node's last heartbeat is recent. */
export function isOnline(node: NodeRow, now: number): boolean {
  return node.lastSeenAt !== null && now - Date.parse(node.lastSeenAt) < OFFLINE_AFTER_MS;
}

/** A node; what an offline node told last stays, with its time. */
export function nodeView(node: NodeRow, now: number): Shape<"Node"> {
  const facts = (node.facts ?? {}) as Partial<Shape<"Node">>;
  return {
    hostname: null,
    os: null,
    kernel: null,
    arch: null,
    cpus: null,
    version: null,
    memory: null,
    level: null,
    guard: null,
    collector: null,
    ...facts,
    id: node.id,
    status: isOnline(node, now) ? "online" : "offline",
    lastSeenAt: node.lastSeenAt,
  };
}
