/**
 * Asks a node something at once: read-only actions outside of any run.
 *
 * @module
 */
import { ApplicationFailure, CancellationScope, workflowInfo } from "@temporalio/workflow";
import type { Json, StepOutput } from "../activities/contract/mod.ts";
import { callAction, nodeQueue } from "./activities.ts";
import { explain } from "./failure.ts";

/** What to ask. */
export interface NodeCallInput {
  /** Node id. */
  node: string;
  /** One of {@link READ_ONLY}. */
  uses: string;
  /** Inputs of the action. */
  with: { [key: string]: Json };
  /** Who asks. */
  by: string;
}

/** What may be asked this way: nothing that touches the machine or makes an artifact. */
const READ_ONLY: readonly string[] = ["memory.plan", "memory.detect"];
const LIMIT_MS = 10_000;

/** Answers within ten seconds or fails with a `type` from the closed set of failure codes. */
export async function nodeCall(input: NodeCallInput): Promise<StepOutput> {
  const { node, uses, by } = input;
  if (!READ_ONLY.includes(uses)) {
    throw ApplicationFailure.nonRetryable(`${uses} cannot be asked outside of a run`, "refused");
  }
  const { workflowId, startTime } = workflowInfo();
  const run = {
    ...{ id: workflowId, runbook: "", runbookHash: "", planHash: "", node, dryRun: true },
    acceptedAt: startTime.toISOString(),
    trigger: { kind: "manual" as const, by },
  };
  const step = { path: "call", id: "call", title: uses, uses, attempt: 1 };
  try {
    return await callAction({ run, step, with: input.with }, nodeQueue(node), LIMIT_MS);
  } catch (error) {
    const { error: { code, message, hint } } = explain(error, {
      name: `node ${node}`,
      budgetMs: LIMIT_MS,
      cancelled: CancellationScope.current().consideredCancelled,
    });
    throw ApplicationFailure.nonRetryable(message, code, ...(hint ? [{ hint }] : []));
  }
}
