/**
 * The worker that runs workflows and the control plane's activities. One that ends is replaced.
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
import type { CentreActivities } from "../../../activities/centre/mod.ts";
import { errorText, log } from "../log.ts";
import { CENTRE_QUEUE } from "./starter.ts";

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;

/** What the worker is made of. */
export interface WorkerOptions {
  address: string;
  namespace: string;
  activities: CentreActivities;
  /** Path of the prebuilt workflow code; bundled from source when absent. */
  workflowBundle: string | undefined;
}

/** Keeps Temporal's native core from taking signals, and its words in our log. */
export function installRuntime(): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger("WARN", ({ level, message, meta }: LogEntry) => {
      const { error, taskQueue } = (meta ?? {}) as Record<string, unknown>;
      log(level === "ERROR" ? "error" : "warn", `temporal: ${message}`, {
        ...(taskQueue ? { taskQueue } : {}),
        ...(error ? { reason: errorText(error) } : {}),
      });
    }),
    telemetryOptions: { logging: { filter: "ERROR", forward: {} } },
  });
}

/** A worker that is kept running. */
export class CentreWorker {
  readonly #options: WorkerOptions;
  #worker: Worker | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Whether it takes tasks now. */
  get isRunning(): boolean {
    return this.#worker?.getState() === "RUNNING";
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const bundle = await bundleOf(this.#options.workflowBundle);
    let delay = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        await this.#runOnce(bundle, signal);
      } catch (error) {
        log("warn", "the worker ended; it is started again", { reason: errorText(error) });
      }
      if (Date.now() - began > 30_000) delay = FIRST_RETRY_MS;
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, delay));
      delay = Math.min(delay * 2, LONGEST_RETRY_MS);
    }
  }

  async #runOnce(bundle: { codePath: string } | { code: string }, signal: AbortSignal) {
    const { address, namespace, activities } = this.#options;
    const connection = await NativeConnection.connect({ address });
    try {
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue: CENTRE_QUEUE,
        workflowBundle: bundle,
        activities,
        // After a crash the next worker need not wait longer than this for the old one's queue.
        stickyQueueScheduleToStartTimeout: "2s",
        maxCachedWorkflows: 50,
        maxConcurrentWorkflowTaskExecutions: 10,
        maxConcurrentActivityTaskExecutions: 20,
        maxConcurrentLocalActivityExecutions: 20,
        shutdownGraceTime: "1s",
        shutdownForceTime: "3s",
      });
      this.#worker = worker;
      const stop = () => worker.getState() === "RUNNING" && worker.shutdown();
      signal.addEventListener("abort", stop);
      try {
        const done = worker.run();
        if (signal.aborted) stop();
        await done;
      } finally {
        signal.removeEventListener("abort", stop);
        this.#worker = undefined;
      }
    } finally {
      await connection.close().catch(() => {});
    }
  }
}

async function bundleOf(
  path: string | undefined,
): Promise<{ codePath: string } | { code: string }> {
  if (path !== undefined) return { codePath: path };
  const { bundleWorkflowCode } = await import("@temporalio/worker");
  const workflowsPath = new URL("../../../workflows/mod.ts", import.meta.url).pathname;
  const logger = new DefaultLogger("ERROR");
  return { code: (await bundleWorkflowCode({ workflowsPath, logger })).code };
}
