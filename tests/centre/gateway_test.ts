import { assert, assertEquals } from "@std/assert";
import proto from "@temporalio/proto";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { Client as TemporalClient } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { ScriptedNode } from "../replay/support/node.ts";
import { Status as status } from "../../web/gateway/grpc.ts";
import { Centre } from "./support/centre.ts";
import { TestNode } from "./support/node.ts";
import { RawNode } from "./support/raw_node.ts";
import { until } from "./support/wait.ts";

const messages = proto.temporal.api.workflowservice.v1;

const pollOf = (name: string, rest: Record<string, unknown> = {}) =>
  messages.PollActivityTaskQueueRequest.encode({
    namespace: "default",
    taskQueue: { name },
    identity: "attacker",
    ...rest,
  }).finish();

Deno.test("the gateway lets a node do its own work and nothing else", async (t) => {
  await using centre = await Centre.start();
  const { token } = centre.credentials();
  using node = new RawNode(centre.gatewayAddress, token);

  await t.step("no token, garbage, and people's tokens are unauthenticated", async () => {
    using nobody = new RawNode(centre.gatewayAddress);
    const headers = ["", "Bearer x", "garbage", `Bearer ${centre.token("admin")}`];
    for (const header of headers) {
      for (const method of ["PollActivityTaskQueue", "StartWorkflowExecution", "GetSystemInfo"]) {
        const answer = await nobody.call(method, pollOf("node:local"), { header });
        assertEquals(answer.code, status.UNAUTHENTICATED, `${method} with ${header}`);
      }
    }
  });

  await t.step("every other method of the service is denied", async () => {
    const root = proto as unknown as { lookupService(name: string): { methods: object } };
    const all = Object.keys(
      root.lookupService("temporal.api.workflowservice.v1.WorkflowService").methods,
    );
    const denied: string[] = [];
    for (const method of all) {
      const answer = await node.call(method, new Uint8Array());
      if (answer.code === status.PERMISSION_DENIED) denied.push(method);
      else if (answer.code === status.OK) assertEquals(method, "GetSystemInfo");
    }
    assert(all.length > 80);
    for (
      const method of ["StartWorkflowExecution", "PollWorkflowTaskQueue", "PollNexusTaskQueue"]
    ) {
      assert(denied.includes(method), method);
    }
    assert(denied.length >= all.length - 9 && denied.length <= all.length);
  });

  await t.step("polling any queue but its own is denied", async () => {
    const foreign = [
      pollOf("node:other"),
      pollOf("pitcrew-centre"),
      pollOf("node:local-P2P"),
      pollOf("/_sys/node:local/1"),
      pollOf(""),
      pollOf("node:local", { taskQueue: { name: "node:local", kind: 2 } }),
      pollOf("node:local", { taskQueue: { name: "node:local", normalName: "pitcrew-centre" } }),
      pollOf("node:local", { namespace: "temporal-system" }),
      messages.PollActivityTaskQueueRequest.encode({ namespace: "default" }).finish(),
    ];
    for (const body of foreign) {
      const answer = await node.call("PollActivityTaskQueue", body);
      assertEquals(answer.code, status.PERMISSION_DENIED);
    }
  });

  await t.step("a second queue field, which servers would merge, is refused", async () => {
    const twice = Buffer.concat([pollOf("node:local"), pollOf("node:other")]);
    const answer = await node.call("PollActivityTaskQueue", twice);
    assertEquals(answer.code, status.INVALID_ARGUMENT);
    const broken = await node.call("PollActivityTaskQueue", Uint8Array.of(0x0a, 0xff));
    assertEquals(broken.code, status.INVALID_ARGUMENT);
  });

  await t.step("shutting down another queue's workers is denied", async () => {
    const body = messages.ShutdownWorkerRequest.encode({
      namespace: "default",
      taskQueue: "pitcrew-centre",
    }).finish();
    assertEquals((await node.call("ShutdownWorker", body)).code, status.PERMISSION_DENIED);
  });

  await t.step("forged, bare and damaged task tokens are denied", async () => {
    for (const taskToken of [new Uint8Array(), new Uint8Array(32), new Uint8Array(100).fill(7)]) {
      for (
        const method of [
          "RespondActivityTaskCompleted",
          "RespondActivityTaskFailed",
          "RespondActivityTaskCanceled",
          "RecordActivityTaskHeartbeat",
        ]
      ) {
        const body = messages[`${method}Request` as "RespondActivityTaskCompletedRequest"]
          .encode({ taskToken, namespace: "default" }).finish();
        assertEquals((await node.call(method, body)).code, status.PERMISSION_DENIED);
      }
    }
  });

  await t.step("an oversized message is refused", async () => {
    const answer = await node.call("GetSystemInfo", new Uint8Array(5 * 1024 * 1024));
    assertEquals(answer.code, status.RESOURCE_EXHAUSTED);
  });

  await t.step("one node cannot hold more than its share of polls", async () => {
    const polls = Array.from(
      { length: 20 },
      () => node.call("PollActivityTaskQueue", pollOf("node:local"), { ms: 60_000 }),
    );
    const refused: number[] = [];
    for (const poll of polls) poll.then((answer) => refused.push(answer.code));
    await until("the polls beyond its share are refused", () => refused.length === 4);
    assertEquals(refused, Array(4).fill(status.RESOURCE_EXHAUSTED));
    for (const poll of polls) poll.cancel();
    const codes = (await Promise.all(polls)).map((answer) => answer.code);
    assertEquals(codes.filter((code) => code === status.CANCELLED).length, 16);
  });

  await t.step("the denials stand in the audit", async () => {
    const { items } = (await centre.ask("GET", "/api/v1/audit?action=gateway.denied", {
      role: "admin",
    })).body;
    assert(items.length > 5);
  });
});

Deno.test("a poll whose node went away swallows no task", async () => {
  await using centre = await Centre.start();
  const { token } = centre.credentials();
  {
    using gone = new RawNode(centre.gatewayAddress, token);
    const poll = gone.call("PollActivityTaskQueue", pollOf("node:local"), { ms: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    poll.cancel();
    await poll;
  }
  await using _node = await TestNode.start(centre);
  const started = await centre.ask("POST", "/api/v1/runs", { body: { runbook: "near-oom" } });
  const run = await until("the run ends", async () => {
    const { body } = await centre.ask("GET", `/api/v1/runs/${started.body.id}`);
    return body.endedAt ? body : null;
  });
  assertEquals(run.status, "completed");
  assertEquals(run.steps.map((step: { attempt: number }) => step.attempt), [1, 1, 1, 1, 1, 1]);
});

Deno.test("a task token with another's seal is denied; its own outlives the control plane's restart", async () => {
  await using centre = await Centre.start();
  const { token } = centre.credentials();
  using owner = new RawNode(centre.gatewayAddress, token);
  const connection = await NativeConnection.connect({ address: centre.temporal.address });
  const temporal = new TemporalClient({ connection });
  await temporal.workflow.start("nodeCall", {
    workflowId: "call-1",
    taskQueue: "pitcrew-centre",
    args: [{ node: "local", uses: "memory.detect", with: { scope: "node" }, by: "test" }],
  });
  const polled = await owner.call("PollActivityTaskQueue", pollOf("node:local"), { ms: 30_000 });
  const task = messages.PollActivityTaskQueueResponse.decode(polled.bytes!);
  assertEquals(task.activityType?.name, "memory.detect");
  const answer = (taskToken: Uint8Array) =>
    owner.call(
      "RespondActivityTaskCompleted",
      messages.RespondActivityTaskCompletedRequest.encode({ taskToken, namespace: "default" })
        .finish(),
    );
  const moved = Uint8Array.from(task.taskToken);
  moved.set(
    generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" })
      .subarray(-32),
  );
  assertEquals((await answer(moved)).code, status.PERMISSION_DENIED);
  assertEquals((await answer(task.taskToken.subarray(32))).code, status.PERMISSION_DENIED);

  await centre.kill();
  await centre.start();
  await until(
    "the gateway answers again",
    async () => (await answer(task.taskToken)).code === status.OK,
  );
  await connection.close();
});

Deno.test("twenty runs' worth of work goes through the gateway", async () => {
  await using centre = await Centre.start();
  const scripts = new ScriptedNode();
  await using _node = await TestNode.start(centre, scripts);
  for (let i = 0; i < 4; i++) {
    const { body } = await centre.ask("POST", "/api/v1/runs", {
      body: { runbook: "near-oom", dryRun: true },
    });
    await until(
      "the run ends",
      async () => (await centre.ask("GET", `/api/v1/runs/${body.id}`)).body.endedAt,
    );
  }
  assertEquals(scripts.calls.length, 20);
});
