/**
 * Questions to a node outside of any run, through the workflow `nodeCall`.
 *
 * @module
 */
import { WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { randomUUID } from "node:crypto";
import type { NodeAnswer } from "../../api/mod.ts";
import type { NodeCallInput } from "../../../workflows/mod.ts";
import type { Temporal } from "./connection.ts";
import { CENTRE_QUEUE } from "./starter.ts";

const LIMIT_MS = 15_000;

/** Asks, and waits for the answer. */
export async function callNode(temporal: Temporal, input: NodeCallInput): Promise<NodeAnswer> {
  try {
    const output = await temporal.call((client) =>
      client.workflow.execute("nodeCall", {
        workflowId: `node-call-${randomUUID()}`,
        taskQueue: CENTRE_QUEUE,
        args: [input],
        workflowExecutionTimeout: LIMIT_MS,
      }), LIMIT_MS);
    return { outputs: output.outputs };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): { code: string; message: string; hint?: string } {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure) {
    const [detail] = cause.details ?? [];
    const hint = (detail as { hint?: string } | undefined)?.hint;
    return { code: cause.type ?? "internal", message: cause.message, ...(hint ? { hint } : {}) };
  }
  return { code: "unavailable", message: "the node did not answer in time" };
}
