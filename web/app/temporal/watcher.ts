/**
 * Looks after runs that are under way: says what their steps wait for, and ends those whose
 * workflow is gone without a word.
 *
 * @module
 */
import { type WorkflowExecutionDescription, WorkflowNotFoundError } from "@temporalio/client";
import { isOnline, type RunBus } from "../../api/mod.ts";
import type { NodeRow, RunWithSteps, StepRow, Store } from "../../store/mod.ts";
import { errorText, log } from "../log.ts";
import { isAway, type Temporal } from "./connection.ts";

const EVERY_MS = 1_000;
/** A step that began this long ago and is not done is worth a question to Temporal. */
const QUIET_MS = 2_000;
/** The last transitions of a closed workflow have this long to arrive. */
const CLOSED_MS = 5_000;
/** A run that Temporal does not know may have been started this long ago at most. */
const UNKNOWN_MS = 30_000;
const AT_ONCE = 8;

/** `temporal.api.enums.v1.PendingActivityState` */
const SCHEDULED = 1;
const CANCEL_REQUESTED = 3;

/** What it works with. */
export interface WatcherPorts {
  store: Store;
  temporal: Temporal;
  bus: RunBus;
}

/** Watches until `signal` aborts. */
export async function watchRuns(ports: WatcherPorts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await lookOnce(ports, signal);
    } catch (error) {
      log("error", "runs could not be looked after", { reason: errorText(error) });
    }
    await pause(EVERY_MS, signal);
  }
}

async function lookOnce(ports: WatcherPorts, signal: AbortSignal): Promise<void> {
  const runs = await ports.store.runs.active();
  if (runs.length === 0) return;
  const nodes = new Map((await ports.store.nodes.list()).map((node) => [node.id, node]));
  const queue = [...runs];
  const work = async () => {
    for (let run; !signal.aborted && (run = queue.shift());) {
      await lookAt(run, nodes.get(run.node), ports);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function lookAt(
  run: RunWithSteps,
  node: NodeRow | undefined,
  ports: WatcherPorts,
): Promise<void> {
  const now = Date.now();
  if (run.temporalRunId === null) return;
  const described = await describe(run, ports);
  if (described === "gone" || (described !== "away" && isClosed(described, now))) {
    if (described === "gone" && now - Date.parse(run.startedAt) < UNKNOWN_MS) return;
    await end(run, described, ports);
    return;
  }
  const pending = described === "away" ? [] : described.raw.pendingActivities ?? [];
  const changes = run.steps.filter(isUnderWay).map((step) => ({
    path: step.path,
    waitingOn: waitsFor(step, { node, pending, awaySince: ports.temporal.awaySince, now }),
  })).filter((change) =>
    change.waitingOn !== run.steps.find((step) => step.path === change.path)!.waitingOn
  );
  if (changes.length > 0 && await ports.store.runs.setWaiting(run.id, changes)) {
    ports.bus.publish(run.id);
  }
}

/** At work, or waiting for something this watcher has said; a wait between attempts is not its. */
function isUnderWay(step: StepRow): boolean {
  return step.status === "running" || (step.status === "waiting" && step.error === null);
}

async function describe(
  run: RunWithSteps,
  { temporal }: WatcherPorts,
): Promise<WorkflowExecutionDescription | "away" | "gone"> {
  try {
    return await temporal.call((client) =>
      client.workflow.getHandle(run.id, run.temporalRunId!).describe()
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return "gone";
    if (isAway(error)) return "away";
    throw error;
  }
}

function isClosed(described: WorkflowExecutionDescription, now: number): boolean {
  return described.closeTime !== undefined && now - described.closeTime.getTime() > CLOSED_MS;
}

async function end(
  run: RunWithSteps,
  described: WorkflowExecutionDescription | "gone",
  { store, bus }: WatcherPorts,
): Promise<void> {
  const how = described === "gone"
    ? "Temporal no longer knows its workflow"
    : `its workflow was closed (${described.status.name.toLowerCase()}) outside of Pitcrew`;
  log("error", "run ended from outside", { run: run.id, how });
  const failed = await store.runs.fail({
    id: run.id,
    error: {
      code: "internal",
      message: how,
      hint: "look at what it had done, then start it again",
    },
    at: new Date().toISOString(),
    actor: { kind: "system", name: "watcher" },
  });
  if (failed) bus.publish(run.id);
}

interface Surroundings {
  node: NodeRow | undefined;
  pending: {
    activityType?: { name?: string | null } | null;
    state?: unknown;
    scheduledTime?: { seconds?: unknown } | null;
  }[];
  awaySince: string | null;
  now: number;
}

/** What a step waits for, in words; null while it is at work. */
export function waitsFor(step: StepRow, around: Surroundings): string | null {
  const { node, pending, awaySince, now } = around;
  if (awaySince !== null) return `Temporal, which does not answer since ${awaySince}`;
  if (step.place === "node" && node && !isOnline(node, now)) {
    return `node ${node.id}, offline since ${node.lastSeenAt ?? "its registration"}`;
  }
  const own = pending.find((activity) => activity.activityType?.name === step.uses);
  const began = step.startedAt === null ? now : Date.parse(step.startedAt);
  if (own === undefined || now - began < QUIET_MS) return null;
  const who = step.place === "node" ? `node ${node?.id ?? ""}` : "the control plane's worker";
  if (own.state === SCHEDULED) return `${who}, which has not taken it up yet`;
  if (own.state === CANCEL_REQUESTED) return `${who}, which was asked to stop it`;
  return null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
