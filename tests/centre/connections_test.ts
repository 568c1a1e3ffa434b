import { assert, assertEquals } from "@std/assert";
import proto from "@temporalio/proto";
import { ScriptedNode } from "../replay/support/node.ts";
import { Status } from "../../web/gateway/grpc.ts";
import { Centre } from "./support/centre.ts";
import { TestNode } from "./support/node.ts";
import { RawNode } from "./support/raw_node.ts";
import { until } from "./support/wait.ts";

const SHORT_LIVED = [
  'frontend.keepAliveMaxConnectionAge="5s"',
  'frontend.keepAliveMaxConnectionAgeGrace="2s"',
];
const poll = proto.temporal.api.workflowservice.v1.PollActivityTaskQueueRequest.encode({
  namespace: "default",
  taskQueue: { name: "node:local" },
  identity: "short-lived",
}).finish();

async function health(centre: Centre) {
  return (await centre.ask("GET", "/healthz", { role: null })).status;
}

Deno.test("runs go on while Temporal retires each connection after five seconds", async () => {
  await using centre = await Centre.start(SHORT_LIVED);
  const scripts = new ScriptedNode();
  await using _node = await TestNode.start(centre, scripts);
  const end = Date.now() + 32_000;
  let runs = 0;
  while (Date.now() < end) {
    const started = await centre.ask("POST", "/api/v1/runs", {
      body: { runbook: "near-oom", dryRun: true },
    });
    assert([200, 201].includes(started.status), started.text);
    const run = await until("the run ends", async () => {
      const { body } = await centre.ask("GET", `/api/v1/runs/${started.body.id}`);
      return body.endedAt ? body : null;
    });
    assertEquals(run.status, "completed");
    runs++;
    // Some connections shall end while nothing but polls is under way.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  assert(runs >= 3, `${runs} runs`);
  assertEquals(await health(centre), 200);
});

Deno.test("nodes that close their connections or are killed in mid-poll harm nobody", async (t) => {
  await using centre = await Centre.start();
  const { token } = centre.credentials();

  await t.step("twenty nodes killed while they poll", async () => {
    const program = new URL("support/poll_until_killed.ts", import.meta.url).pathname;
    for (let i = 0; i < 20; i++) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", program, centre.gatewayAddress, token],
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    }
    using node = new RawNode(centre.gatewayAddress, token);
    // More polls than a node may have at a time have been killed by now.
    const answered = await node.call("PollActivityTaskQueue", poll, { ms: 4_000 });
    assert(answered.code !== Status.RESOURCE_EXHAUSTED, answered.details);
    assertEquals(await health(centre), 200);
  });

  await t.step(
    "connections closed with a GOAWAY after much use, some with polls open",
    async () => {
      const program = new URL("support/use_and_close.ts", import.meta.url).pathname;
      for (let round = 0; round < 2; round++) {
        const nodes = [1, 2, 3].map(() =>
          new Deno.Command(Deno.execPath(), {
            args: ["run", "-A", "--no-check", program, centre.gatewayAddress, token],
            stdin: "null",
            stdout: "null",
          }).output()
        );
        const codes = (await Promise.all(nodes)).map((node) => node.code);
        assertEquals(codes, [0, 0, 0]);
      }
      assertEquals(await health(centre), 200);
    },
  );
});
