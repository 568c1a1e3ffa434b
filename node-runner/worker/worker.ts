/**
 * The Temporal worker of this node's task queue, behind the control plane's gateway.
 *
 * @module
 */
import {
  DefaultLogger,
  type LogEntry,
  NativeConnection,
  Runtime,
  Worker,
} from "@temporalio/worker";
import type { CredentialsFile, NodeCredentials } from "../centre/mod.ts";
import { Backoff } from "../lib/backoff.ts";
import { errorText, log, type LogLevel, StateLog } from "../lib/log.ts";
import { aborted, sleep } from "../lib/sleep.ts";

/** Activity type → implementation. */
// deno-lint-ignore no-explicit-any -- Temporal's own shape of the map
export type Activities = Record<string, (input: any) => Promise<unknown>>;

/** Steps that run at the same time on one node. */
const CONCURRENCY = 4;
/** Time for running steps on the way out; the process goes after 3.5 s. */
const DRAIN_MS = 1_500;
const FORCE_MS = 3_000;

/** Keeps the SDK from handling signals, and its words in our log. */
export function installRuntime(): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger("WARN", ({ level, message, meta }: LogEntry) => {
      const known = level === "WARN" || level === "ERROR";
      const { error, taskQueue } = (meta ?? {}) as Record<string, unknown>;
      log(known ? level.toLowerCase() as LogLevel : "info", `temporal: ${message}`, {
        ...(taskQueue ? { taskQueue } : {}),
        ...(error ? { reason: errorText(error) } : {}),
      });
    }),
    telemetryOptions: { logging: { filter: "ERROR", forward: {} } },
  });
}

/**
 * Works until `signal` aborts. A worker that fails, a gateway that is away or new credentials lead
 * to a new worker.
 */
export async function work(
  credentials: CredentialsFile,
  activities: (credentials: NodeCredentials) => Promise<Activities>,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(200, 5_000);
  const state = new StateLog("worker");
  while (!signal.aborted) {
    const current = await Promise.race([credentials.current, aborted(signal)]);
    if (!current) return;
    const began = performance.now();
    try {
      await workOnce(current, credentials.nextChange, await activities(current), signal, () => {
        state.set(undefined);
        log("info", "worker ready", { taskQueue: `node:${current.nodeId}` });
      });
    } catch (error) {
      if (!signal.aborted) state.set(errorText(error));
    }
    if (performance.now() - began > 30_000) backoff.reset();
    await sleep(backoff.next(), signal);
  }
}

async function workOnce(
  { gatewayAddress, token, namespace, nodeId }: NodeCredentials,
  change: Promise<unknown>,
  activities: Activities,
  signal: AbortSignal,
  ready: () => void,
): Promise<void> {
  const connection = await NativeConnection.connect({
    address: gatewayAddress,
    metadata: { authorization: `Bearer ${token}` },
    grpcCompression: { codec: "none" },
  });
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: `node:${nodeId}`,
      identity: nodeId,
      activities,
      maxConcurrentActivityTaskExecutions: CONCURRENCY,
      maxConcurrentActivityTaskPolls: 2,
      // A cancel shall reach a step within about a second.
      maxHeartbeatThrottleInterval: 500,
      defaultHeartbeatThrottleInterval: 500,
      shutdownGraceTime: DRAIN_MS,
      shutdownForceTime: FORCE_MS,
    });
    if (signal.aborted) return;
    let running = true;
    const stop = () => {
      if (running && worker.getState() === "RUNNING") worker.shutdown();
    };
    signal.addEventListener("abort", stop, { once: true });
    change.then(stop);
    ready();
    try {
      await worker.run();
    } finally {
      running = false;
      signal.removeEventListener("abort", stop);
    }
  } finally {
    await connection.close().catch(() => {});
  }
}
