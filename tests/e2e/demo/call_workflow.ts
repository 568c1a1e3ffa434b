/**
 * A workflow that asks a node for one action, patiently.
 *
 * @module
 */
import { proxyActivities } from "@temporalio/workflow";

/** Calls the activity `type` on `queue`; lost attempts are repeated. */
export async function callNode(type: string, input: unknown, queue: string): Promise<unknown> {
  const activities = proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>({
    taskQueue: queue,
    startToCloseTimeout: "60s",
    heartbeatTimeout: "3s",
    retry: { maximumAttempts: 20, initialInterval: "200ms", maximumInterval: "1s" },
  });
  return await activities[type]!(input);
}
