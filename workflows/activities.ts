/**
 * How workflows call activities: queues, timeouts, and no retries by the server, because every
 * attempt is a transition of its own that the workflow decides on.
 *
 * @module
 */
import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
} from "@temporalio/workflow";
import {
  CATALOG,
  type IssuePermitInput,
  type IssuePermitOutput,
  type RecordTransitionsInput,
  type StepInput,
  type StepOutput,
} from "../activities/contract/mod.ts";

/** The control plane's task queue. */
export const CENTRE_QUEUE = "pitcrew-centre";

/** A node's task queue. */
export function nodeQueue(node: string): string {
  return `node:${node}`;
}

/**
 * Milliseconds for one write of the record. Short, because a local activity holds up the workflow
 * task in which the next step would be scheduled.
 */
const RECORD_MS = 400;
/** The same when all steps have ended. */
const FINAL_RECORD_MS = 10_000;
/** Milliseconds for one permit; a control plane that died meanwhile is noticed after this. */
const PERMIT_MS = 3_000;
/** Milliseconds for one permit, the wait for a control plane that is away included. */
const PERMIT_WAIT_MS = 20_000;
const DEFAULT_HEARTBEAT_MS = 10_000;

// deno-lint-ignore no-explicit-any -- activity names are data here
type ByName = { [name: string]: (input: any) => Promise<any> };

/** Writes transitions, as a local activity; `patient` when no step can be held up by it. */
export async function recordTransitions(
  input: RecordTransitionsInput,
  patient: boolean,
): Promise<void> {
  const activities = proxyLocalActivities<ByName>({
    startToCloseTimeout: patient ? FINAL_RECORD_MS : RECORD_MS,
    retry: { maximumAttempts: 1 },
  });
  await activities["record.transitions"]!(input);
}

/** Asks for a permit. */
export async function issuePermit(
  input: IssuePermitInput,
  budgetMs: number,
): Promise<IssuePermitOutput> {
  const activities = proxyActivities<ByName>({
    taskQueue: CENTRE_QUEUE,
    startToCloseTimeout: Math.min(budgetMs, PERMIT_MS),
    scheduleToCloseTimeout: Math.min(budgetMs, PERMIT_WAIT_MS),
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
  return await activities["permit.issue"]!(input);
}

/** Runs one attempt of an action for at most `budgetMs`. */
export async function callAction(
  input: StepInput,
  taskQueue: string,
  budgetMs: number,
): Promise<StepOutput> {
  const { uses, path } = input.step;
  const activities = proxyActivities<ByName>({
    taskQueue,
    startToCloseTimeout: budgetMs,
    scheduleToCloseTimeout: budgetMs,
    heartbeatTimeout: CATALOG[uses]?.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: path,
  });
  return await activities[uses]!(input);
}
