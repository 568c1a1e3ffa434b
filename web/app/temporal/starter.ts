/**
 * Tells Temporal what the outbox holds: workflows to start and to cancel. What a crash left there
 * is told at the next start.
 *
 * @module
 */
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from "@temporalio/client";
import type { RunHead } from "../../../activities/contract/mod.ts";
import type { RunbookInput } from "../../../workflows/mod.ts";
import type { RunBus } from "../../api/mod.ts";
import type { OutboxItem, RunWithSteps, Store } from "../../store/mod.ts";
import { errorText, log } from "../log.ts";
import { isAway, type Temporal } from "./connection.ts";
import { MARK, type Ownership } from "./ownership.ts";

/** The task queue of workflows and the control plane's activities. */
export const CENTRE_QUEUE = "pitcrew-centre";

const BATCH = 50;
const IDLE_MS = 5_000;
const RETRY_MS = 500;
const INVALID_ARGUMENT = 3;

/** What the starter works with. */
export interface StarterPorts {
  store: Store;
  temporal: Temporal;
  ownership: Ownership;
  bus: RunBus;
}

/** Works the outbox off. */
export class Starter {
  readonly #ports: StarterPorts;
  #wake = Promise.withResolvers<void>();

  constructor(ports: StarterPorts) {
    this.#ports = ports;
  }

  /** There is something new. */
  kick(): void {
    this.#wake.resolve();
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.kick());
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const left = await this.#pass().catch((error) => {
        log("error", "the outbox could not be read", { reason: errorText(error) });
        return true;
      });
      let timer: ReturnType<typeof setTimeout> | undefined;
      const pause = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, left ? RETRY_MS : IDLE_MS);
      });
      await Promise.race(left ? [pause] : [pause, this.#wake.promise]);
      clearTimeout(timer);
    }
  }

  /** Returns whether something is left to try again. */
  async #pass(): Promise<boolean> {
    const { store } = this.#ports;
    const stuck = new Set<string>();
    for (const item of await store.runs.outboxDue(BATCH)) {
      // A run's cancel comes after its start.
      if (stuck.has(item.runId)) continue;
      try {
        await (item.kind === "start" ? this.#start(item) : this.#cancel(item));
        await store.runs.outboxDone(item.id, new Date().toISOString());
      } catch (error) {
        stuck.add(item.runId);
        await store.runs.outboxFailed(item.id, errorText(error));
        if (isAway(error)) return true;
        log("error", `run could not be ${item.kind === "start" ? "started" : "cancelled"} yet`, {
          run: item.runId,
          attempt: item.attempts + 1,
          reason: errorText(error),
        });
      }
    }
    return stuck.size > 0;
  }

  async #start(item: OutboxItem): Promise<void> {
    const { store, temporal, ownership } = this.#ports;
    const run = await store.runs.get(item.runId);
    const plan = await store.runs.plan(item.runId);
    if (run === null || plan === null || run.endedAt !== null) return;
    const input: RunbookInput = { run: headOf(run), plan };
    try {
      const handle = await temporal.call((client) =>
        client.workflow.start("runbookV1", {
          workflowId: run.id,
          taskQueue: CENTRE_QUEUE,
          args: [input],
          workflowIdReusePolicy: "REJECT_DUPLICATE",
          workflowIdConflictPolicy: "FAIL",
          memo: { [MARK]: ownership.mark(run.id, run.planHash) },
        })
      );
      await store.runs.bind(run.id, handle.firstExecutionRunId);
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return await this.#adopt(run);
      if ((error as { cause?: { code?: number } }).cause?.code === INVALID_ARGUMENT) {
        return await this.#fail(
          run,
          "invalid_argument",
          `Temporal refused it: ${errorText(error)}`,
        );
      }
      throw error;
    }
  }

  /** A workflow of this id is there: our own from before a crash, or somebody else's. */
  async #adopt(run: RunWithSteps): Promise<void> {
    const { temporal, ownership, store } = this.#ports;
    const described = await temporal.call((client: Client) =>
      client.workflow.getHandle(run.id).describe()
    );
    if (ownership.isOurs(described.memo, run.id, run.planHash)) {
      await store.runs.bind(run.id, described.runId);
      return;
    }
    await this.#fail(run, "refused", "a workflow that Pitcrew did not start holds this run's id");
  }

  async #cancel(item: OutboxItem): Promise<void> {
    try {
      await this.#ports.temporal.call((client) => client.workflow.getHandle(item.runId).cancel());
    } catch (error) {
      // Closed already: its last transitions or the sweeper tell how it ended.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  async #fail(run: RunWithSteps, code: string, message: string): Promise<void> {
    log("error", "run failed to start", { run: run.id, reason: message });
    await this.#ports.store.runs.fail({
      id: run.id,
      error: { code, message, hint: "start it again" },
      at: new Date().toISOString(),
      actor: { kind: "system", name: "starter" },
    });
    this.#ports.bus.publish(run.id);
  }
}

function headOf(run: RunWithSteps): RunHead {
  return {
    id: run.id,
    runbook: run.runbook,
    runbookHash: run.runbookHash,
    planHash: run.planHash,
    node: run.node,
    dryRun: run.dryRun,
    acceptedAt: run.startedAt,
    trigger: run.trigger,
  };
}
