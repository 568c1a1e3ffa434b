/**
 * A node as the control plane sees one: heartbeats over HTTP, a real Temporal worker through the
 * gateway, and scripted actions.
 *
 * @module
 */
import { NativeConnection, Worker } from "@temporalio/worker";
import { ScriptedNode } from "../../replay/support/node.ts";
import { quiet } from "../../replay/support/server.ts";
import type { Centre } from "./centre.ts";
import { until } from "./wait.ts";

/** A node that is online and works. */
export class TestNode implements AsyncDisposable {
  readonly scripts: ScriptedNode;
  readonly #connection: NativeConnection;
  readonly #worker: Worker;
  readonly #done: Promise<void>;
  readonly #beating: ReturnType<typeof setInterval>;

  private constructor(
    scripts: ScriptedNode,
    connection: NativeConnection,
    worker: Worker,
    beat: () => void,
  ) {
    this.scripts = scripts;
    this.#connection = connection;
    this.#worker = worker;
    this.#done = worker.run();
    this.#beating = setInterval(beat, 2_000);
  }

  /** Connects the local node and waits until it is online. */
  static async start(centre: Centre, scripts = new ScriptedNode()): Promise<TestNode> {
    quiet();
    const { nodeId, token } = centre.credentials();
    const connection = await NativeConnection.connect({
      address: centre.gatewayAddress,
      metadata: { authorization: `Bearer ${token}` },
    });
    const worker = await Worker.create({
      connection,
      taskQueue: `node:${nodeId}`,
      activities: scripts.activities(),
      maxHeartbeatThrottleInterval: 500,
      shutdownGraceTime: "100ms",
      shutdownForceTime: "2s",
    });
    const beat = () =>
      centre.ask("POST", "/node/v1/heartbeat", { token, body: { hostname: "test" } })
        .catch(() => undefined);
    const node = new TestNode(scripts, connection, worker, beat);
    await until("the node is online", async () => {
      await beat();
      return (await centre.ask("GET", `/api/v1/nodes/${nodeId}`)).body.status === "online";
    });
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beating);
    if (this.#worker.getState() === "RUNNING") this.#worker.shutdown();
    await this.#done.catch(() => {});
    await this.#connection.close();
  }
}
