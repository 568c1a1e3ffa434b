/**
 * What a local user with access to Temporal's port could write: a workflow of their own that calls
 * a node's action directly.
 *
 * @module
 */
import { proxyActivities } from "@temporalio/workflow";

/** Calls `memory.relieve` on the node with whatever it is given. */
export async function rogue(queue: string, input: unknown): Promise<unknown> {
  const activities = proxyActivities({
    taskQueue: queue,
    startToCloseTimeout: "20s",
    retry: { maximumAttempts: 1 },
  });
  return await activities["memory.relieve"]!(input);
}
