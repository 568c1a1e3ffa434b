/**
 * Temporal, a control plane in memory and a scripted node, wired as in production.
 *
 * @module
 */
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { type WorkflowHandle } from "@temporalio/client";
import { bundleWorkflowCode, Worker, type WorkflowBundleWithSourceMap } from "@temporalio/worker";
import { fileURLToPath } from "node:url";
import { CATALOG, type StepOutput } from "../../../activities/contract/mod.ts";
import { parseRunbook, type Plan, planRun } from "../../../runbooks/language/mod.ts";
import type { NodeCallInput, RunbookResult } from "../../../workflows/mod.ts";
import { MemoryCentre } from "./centre.ts";
import { ScriptedNode } from "./node.ts";
import { startServer } from "./server.ts";

export const NODE = "test";

/** The near-OOM runbook's file. */
export const NEAR_OOM = new URL(
  "../../../runbooks/library/near-oom/runbook.yaml",
  import.meta.url,
);

let bundled: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflow bundle, built once. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = fileURLToPath(new URL("../../../workflows/mod.ts", import.meta.url));
  return bundled ??= bundleWorkflowCode({
    workflowsPath,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error },
  });
}

/** The plan of a runbook's text; throws its problems. */
export function planOf(
  text: string | Uint8Array,
  options: { dryRun?: boolean; params?: Plan["params"] } = {},
): Plan {
  const { runbook, problems } = parseRunbook(text, CATALOG);
  if (runbook === undefined) throw new Error(JSON.stringify(problems, null, 2));
  const { params = {}, dryRun = false } = options;
  const planned = planRun(runbook, { node: NODE, params, dryRun }, CATALOG);
  if (planned.plan === undefined) throw new Error(JSON.stringify(planned.problems, null, 2));
  return planned.plan;
}

/** The plan of the near-OOM runbook. */
export function nearOomPlan(options: { dryRun?: boolean; params?: Plan["params"] } = {}): Plan {
  return planOf(Deno.readFileSync(NEAR_OOM), options);
}

/** One server for a test file; each test makes its runs on it. */
export class Lab {
  readonly #env: TestWorkflowEnvironment;
  #number = 0;

  private constructor(env: TestWorkflowEnvironment) {
    this.#env = env;
  }

  /** Starts the server. */
  static async start(): Promise<Lab> {
    return new Lab(await startServer());
  }

  /** Ends the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#env.teardown();
  }

  /** Temporal's client. */
  get client() {
    return this.#env.client;
  }

  /** Workers for one test. */
  async site(node: ScriptedNode = new ScriptedNode()): Promise<Site> {
    const site = new Site(this.#env, await MemoryCentre.create(), node, `run-${++this.#number}`);
    await site.startCentre();
    await site.startNode();
    return site;
  }
}

/** One test's control plane and node. */
export class Site implements AsyncDisposable {
  readonly centre: MemoryCentre;
  readonly node: ScriptedNode;
  readonly #env: TestWorkflowEnvironment;
  readonly #prefix: string;
  readonly #running = new Map<Worker, Promise<void>>();
  #centreWorker: Worker | undefined;
  #runs = 0;

  constructor(
    env: TestWorkflowEnvironment,
    centre: MemoryCentre,
    node: ScriptedNode,
    prefix: string,
  ) {
    this.#env = env;
    this.centre = centre;
    this.node = node;
    this.#prefix = prefix;
  }

  /** Starts the control plane's worker. */
  async startCentre(): Promise<void> {
    this.#centreWorker = await Worker.create({
      connection: this.#env.nativeConnection,
      taskQueue: "pitcrew-centre",
      workflowBundle: await workflowBundle(),
      activities: this.centre.activities(),
      stickyQueueScheduleToStartTimeout: "2s",
      shutdownGraceTime: "100ms",
      shutdownForceTime: "5s",
    });
    this.#running.set(this.#centreWorker, this.#centreWorker.run());
  }

  /** Starts the node's worker. */
  async startNode(node: ScriptedNode = this.node): Promise<Worker> {
    const worker = await Worker.create({
      connection: this.#env.nativeConnection,
      taskQueue: `node:${NODE}`,
      activities: node.activities(),
      maxHeartbeatThrottleInterval: "500ms",
      shutdownGraceTime: "100ms",
      shutdownForceTime: "5s",
    });
    this.#running.set(worker, worker.run());
    return worker;
  }

  /** Stops one worker, by default the control plane's. */
  async stop(worker: Worker = this.#centreWorker!): Promise<void> {
    worker.shutdown();
    await this.#running.get(worker)?.catch(() => {});
    this.#running.delete(worker);
  }

  /** Asks a node something outside of any run. */
  async ask(input: NodeCallInput): Promise<StepOutput> {
    const workflowId = `${this.#prefix}-ask-${++this.#runs}`;
    return await this.#env.client.workflow.execute("nodeCall", {
      ...{ workflowId, taskQueue: "pitcrew-centre", args: [input] },
    });
  }

  /** Accepts and starts a run. */
  async start(plan: Plan): Promise<WorkflowHandle & { result(): Promise<RunbookResult> }> {
    const id = `${this.#prefix}-${++this.#runs}`;
    const run = this.centre.accept(plan, id);
    return await this.#env.client.workflow.start("runbookV1", {
      workflowId: id,
      taskQueue: "pitcrew-centre",
      args: [{ run, plan }],
    });
  }

  /** Runs a plan to its end. */
  async run(plan: Plan): Promise<{ id: string; result: RunbookResult }> {
    const handle = await this.start(plan);
    return { id: handle.workflowId, result: await handle.result() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of [...this.#running.keys()]) await this.stop(worker);
  }
}
