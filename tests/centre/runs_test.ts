import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { createPermitVerifier } from "../../activities/contract/mod.ts";
import * as shapes from "../../web/operations/shapes.ts";
import { done, ScriptedNode, untilCancelled } from "../replay/support/node.ts";
import { Centre } from "./support/centre.ts";
import { TestNode } from "./support/node.ts";
import { until } from "./support/wait.ts";

async function startRun(centre: Centre, body: Record<string, unknown> = {}): Promise<string> {
  const started = await centre.ask("POST", "/api/v1/runs", {
    body: { runbook: "near-oom", ...body },
  });
  assertEquals(started.status, 201, started.text);
  return started.body.id;
}

const run = async (centre: Centre, id: string) =>
  (await centre.ask("GET", `/api/v1/runs/${id}`)).body;

const ended = (centre: Centre, id: string) =>
  until(`run ${id} ends`, async () => {
    const now = await run(centre, id);
    return now.endedAt === null ? null : now;
  });

async function temporalOf(centre: Centre): Promise<Client & AsyncDisposable> {
  const connection = await NativeConnection.connect({ address: centre.temporal.address });
  return Object.assign(new Client({ connection }), {
    [Symbol.asyncDispose]: () => connection.close(),
  });
}

Deno.test("a run goes through every step, with a permit, and ends with its report", async () => {
  await using centre = await Centre.start();
  await using node = await TestNode.start(centre);
  const id = await startRun(centre);

  const stream = await fetch(`${centre.url}/api/v1/runs/${id}/events`, {
    headers: { authorization: `Bearer ${centre.token("viewer")}` },
  });
  const events = await stream.text();
  const last = events.trim().split("\n\n").at(-1)!;
  assertMatch(last, /^id: \d+\nevent: run\ndata: /);
  assertEquals(JSON.parse(last.split("data: ")[1]!).status, "completed");

  const finished = shapes.Run.parse(await run(centre, id));
  assertEquals(finished.status, "completed");
  const statuses = Object.fromEntries(finished.steps.map((step) => [step.id, step.status]));
  assertEquals(statuses, {
    detect: "completed",
    panorama: "completed",
    relieve: "completed",
    hotspots: "completed",
    gpu: "skipped",
    report: "completed",
  });
  const [relieve] = node.scripts.callsOf("memory.relieve");
  const verify = await createPermitVerifier(centre.credentials().permitPublicKey);
  const permit = await verify(relieve!.permit!);
  assertEquals([permit.runId, permit.node, permit.uses], [id, "local", "memory.relieve"]);

  const report = await centre.ask("GET", `/api/v1/runs/${id}/report`);
  assertEquals([report.status, report.body.version], [200, 1]);
  const markdown = await centre.ask("GET", `/api/v1/runs/${id}/report?format=markdown`);
  assertMatch(markdown.text, /^# /);
  assertMatch(markdown.headers.get("content-type")!, /^text\/markdown/);

  const audit = (await centre.ask("GET", "/api/v1/audit", { role: "admin" })).body.items;
  const actions = audit.map((row: { action: string }) => row.action);
  for (const action of ["run.start", "permit.issue", "run.end"]) assert(actions.includes(action));
  const check = (await centre.ask("GET", "/api/v1/audit/verify", { role: "admin" })).body;
  assertEquals([check.ok, check.rows >= 3, check.heads >= 1], [true, true, true]);
});

Deno.test("a cancel reaches the step at work, and no permit is given afterwards", async () => {
  await using centre = await Centre.start();
  const scripts = new ScriptedNode({
    "memory.panorama": (_input, signal) => untilCancelled(signal),
  });
  await using node = await TestNode.start(centre, scripts);
  const id = await startRun(centre);
  await until("the panorama is at work", () => node.scripts.callsOf("memory.panorama").length > 0);
  const cancelled = await centre.ask("POST", `/api/v1/runs/${id}/cancel`, {
    body: { reason: "wrong host" },
  });
  assertEquals(cancelled.status, 200);
  assertEquals((await ended(centre, id)).status, "cancelled");
  assertEquals(node.scripts.callsOf("memory.relieve"), []);
  const again = await centre.ask("POST", `/api/v1/runs/${id}/cancel`, { body: {} });
  assertEquals([again.status, again.body.code], [409, "conflict"]);
});

Deno.test("kill -9 of the control plane and of Temporal: the run still ends, each step once", async () => {
  await using centre = await Centre.start();
  const release = Promise.withResolvers<void>();
  const scripts = new ScriptedNode({
    "memory.detect": async () => {
      await release.promise;
      return done({ level: "urgent", headroomBytes: 1, totalBytes: 2, scope: "node" });
    },
  });
  await using node = await TestNode.start(centre, scripts);
  const id = await startRun(centre);
  await until("detect is at work", () => node.scripts.callsOf("memory.detect").length > 0);
  await centre.temporal.kill();
  const waiting = await until("the run says that it waits for Temporal", async () => {
    const now = await run(centre, id);
    return now.status === "waiting" ? now : null;
  });
  assertMatch(waiting.steps[0].waitingOn, /^Temporal, which does not answer since /);
  assertEquals((await centre.ask("GET", "/healthz", { role: null })).status, 503);
  await centre.kill();
  await centre.temporal.start();
  await centre.start();
  release.resolve();
  const finished = await ended(centre, id);
  assertEquals(finished.status, "completed");
  assertEquals(node.scripts.callsOf("memory.relieve").length, 1);
});

Deno.test("a run accepted while Temporal is away starts when it is back", async () => {
  await using centre = await Centre.start();
  await using _node = await TestNode.start(centre);
  await centre.temporal.kill();
  const id = await startRun(centre);
  await centre.kill();
  await centre.temporal.start();
  await centre.start();
  assertEquals((await ended(centre, id)).status, "completed");
});

Deno.test("a workflow terminated behind our back fails its run and says so", async () => {
  await using centre = await Centre.start();
  const scripts = new ScriptedNode({ "memory.detect": (_i, signal) => untilCancelled(signal) });
  await using node = await TestNode.start(centre, scripts);
  const id = await startRun(centre);
  await until("detect is at work", () => node.scripts.callsOf("memory.detect").length > 0);
  await using temporal = await temporalOf(centre);
  await temporal.workflow.getHandle(id).terminate("by hand");
  const failed = await ended(centre, id);
  assertEquals(failed.status, "failed");
  assertMatch(failed.error.message, /closed \(terminated\) outside of Pitcrew/);
});

Deno.test("a workflow started at Temporal itself gets no permit and writes no record", async () => {
  await using centre = await Centre.start();
  await using node = await TestNode.start(centre);
  const planned = await centre.ask("POST", "/api/v1/runbooks/near-oom/plan", { body: {} });
  await using temporal = await temporalOf(centre);
  const stranger = (id: string) =>
    temporal.workflow.execute("runbookV1", {
      workflowId: id,
      taskQueue: "pitcrew-centre",
      args: [{
        run: {
          id,
          runbook: "near-oom",
          runbookHash: planned.body.runbook.hash,
          planHash: planned.body.hash,
          node: "local",
          dryRun: false,
          acceptedAt: new Date().toISOString(),
          trigger: { kind: "manual", by: "nobody" },
        },
        plan: planned.body,
      }],
    });
  await stranger("never-accepted");
  assertEquals(node.scripts.callsOf("memory.relieve"), []);
  assertEquals((await centre.ask("GET", "/api/v1/runs/never-accepted")).status, 404);

  // Also under the id of a run that was accepted and has ended.
  const id = await startRun(centre, { dryRun: true });
  const before = await ended(centre, id);
  await stranger(id);
  assertEquals(node.scripts.callsOf("memory.relieve").length, 1);
  assertEquals(await run(centre, id), before);
  const refused = (await centre.ask("GET", "/api/v1/audit?action=permit.issue", { role: "admin" }))
    .body.items.filter((row: { outcome: string }) => row.outcome === "refused");
  assertEquals(refused.length, 2);
});

Deno.test("an offline node is told apart before anything changes", async () => {
  await using centre = await Centre.start();
  const answer = await centre.ask("POST", "/api/v1/runs", { body: { runbook: "near-oom" } });
  assertEquals([answer.status, answer.body.code], [409, "node_offline"]);
  assertEquals((await centre.ask("GET", "/api/v1/runs")).body.items, []);
});

Deno.test("SIGTERM ends it within seconds, also with an open event stream", async () => {
  await using centre = await Centre.start();
  const stream = await fetch(`${centre.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${centre.token("viewer")}` },
  });
  const began = Date.now();
  const code = await centre.stop();
  await stream.text().catch(() => {});
  assertEquals(code, 0);
  assert(Date.now() - began < 5_000, `it took ${Date.now() - began} ms`);
});
