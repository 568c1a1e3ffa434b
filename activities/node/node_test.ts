import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Order } from "../../native/contract/mod.ts";
import { type Json, StepFailure } from "../contract/mod.ts";
import { createNodeSteps } from "./mod.ts";
import { inputOf, outcome, type TestNode, testNode } from "./testing.ts";

const { signal } = new AbortController();
const RELIEVE = { scope: "cgroup:/lab", target: "20%", grace: "1500ms", maxVictims: 4 };

async function relieve(node: TestNode, inputs: { [key: string]: Json }, dryRun = false) {
  const input = inputOf("memory.relieve", inputs, dryRun);
  const permit = await node.permit(input);
  return await createNodeSteps(node.ports)["memory.relieve"]!({ ...input, permit }, signal);
}

Deno.test("an order is bounded by the step and named by run and step, not by the attempt", async () => {
  const node = await testNode();
  const { outputs, artifacts } = await relieve(node, RELIEVE);
  assertEquals(node.orders, [{
    ...{ key: "r/step", scope: "cgroup:/lab", target: "20%", dryRun: false, graceMs: 1_500 },
    ...{ issuedAt: "2026-11-23T11:59:59.000Z", expiresAt: "2026-11-23T12:02:00.000Z" },
    ...{ minLevel: "warning", maxVictims: 4 },
  }]);
  assertEquals([outputs.status, outputs.kills[0].pid, outputs.levelAfter], [
    "relieved",
    4242,
    "ok",
  ]);
  assertEquals(artifacts.map(({ kind }) => kind), ["plan"]);
});

Deno.test("a dry run plans at any level and touches nothing", async () => {
  const node = await testNode();
  const { outputs } = await relieve(node, RELIEVE, true);
  assertEquals([node.orders[0]!.dryRun, node.orders[0]!.minLevel], [true, "ok"]);
  assertEquals([outputs.status, outputs.chosen[0].pid, outputs.kills], ["dry_run", 4242, []]);
});

Deno.test("without a permit for just this the guard hears nothing", async () => {
  const node = await testNode();
  const step = createNodeSteps(node.ports)["memory.relieve"]!;
  const input = inputOf("memory.relieve", RELIEVE);
  const wrong = [
    undefined,
    "x",
    await node.permit(input, { runId: "other" }),
    await node.permit(input, { node: "other" }),
    await node.permit(input, { dryRun: true }),
    await node.permit(input, { expiresAt: "2026-11-23T11:59:00.000Z" }),
    await node.permit({ ...input, with: { ...RELIEVE, maxVictims: 5 } }),
    await (await testNode()).permit(input),
  ];
  for (const permit of wrong) {
    const error = await assertRejects(
      () => step(permit === undefined ? input : { ...input, permit }, signal),
      StepFailure,
    );
    assertEquals(error.code, "refused");
  }
  assertEquals(node.orders, []);
});

Deno.test("a permit that stands no more is not acted on", async () => {
  const asked: string[] = [];
  const node = await testNode({
    permitAuthority: (permit) => {
      asked.push(permit);
      return Promise.resolve({ stands: false, reason: "the run was cancelled" });
    },
  });
  const error = await assertRejects(() => relieve(node, RELIEVE), StepFailure, "was cancelled");
  assertEquals([error.code, node.orders, asked.length], ["refused", [], 1]);
  await relieve(node, RELIEVE, true);
  assertEquals([node.orders.length, asked.length], [1, 1], "a dry run needs nobody's word");
});

Deno.test("a control plane that is away or slow does not hold up the rescue", async () => {
  const away = () => Promise.reject(new StepFailure("unavailable", "nobody there"));
  const silent = () => new Promise<never>(() => {});
  for (const permitAuthority of [away, silent]) {
    const node = await testNode({ permitAuthority });
    assertEquals((await relieve(node, RELIEVE)).outputs.status, "relieved");
  }
});

Deno.test("an answer that a freeze has overtaken is asked for again", async () => {
  const answers = [true, false];
  const node = await testNode({
    // As a stopped process sees it: no timer runs meanwhile.
    permitAuthority: () => {
      const stands = answers.shift()!;
      const thaw = performance.now() + (stands ? 3_100 : 0);
      while (performance.now() < thaw);
      return Promise.resolve({ stands, reason: "the run has ended" });
    },
  });
  await assertRejects(() => relieve(node, RELIEVE), StepFailure, "has ended");
  assertEquals(node.orders, []);
});

Deno.test("inputs are checked at the node again", async () => {
  const node = await testNode();
  const bad: [string, { [key: string]: Json }][] = [
    ["memory.relieve", { scope: "everything" }],
    ["memory.relieve", { scope: "node", target: "a lot" }],
    ["memory.relieve", { scope: "node", grace: "soon" }],
    ["memory.relieve", { scope: "node", extra: 1 }],
    ["memory.detect", {}],
    ["cpu.hotspots", { scope: "node", seconds: 1_000 }],
    ["gpu.status", { scope: "node" }],
  ];
  for (const [uses, inputs] of bad) {
    const run = () => createNodeSteps(node.ports)[uses]!(inputOf(uses, inputs), signal);
    assertEquals((await assertRejects(run, StepFailure)).code, "invalid_argument");
  }
  const crossed = () =>
    createNodeSteps(node.ports)["memory.detect"]!(inputOf("gpu.status", {}), signal);
  await assertRejects(crossed, StepFailure, "no input of memory.detect");
});

Deno.test("a plan that cannot be kept does not undo the rescue", async () => {
  const node = await testNode({
    put: () => Promise.reject(new StepFailure("unavailable", "the disk is full")),
  });
  const { outputs, artifacts, summary } = await relieve(node, RELIEVE);
  assertEquals([outputs.status, artifacts], ["relieved", []]);
  assertMatch(summary, /the plan could not be kept: the disk is full/);
});

Deno.test("a cancel reaches the guard, and what it did until then is told", async () => {
  const stop = new AbortController();
  const node = await testNode({
    order: (order: Order, { signal }) =>
      new Promise((resolve) => {
        const cancelled = { ...outcome(order), status: "cancelled" as const };
        signal.addEventListener("abort", () => resolve(cancelled), { once: true });
      }),
  });
  const input = inputOf("memory.relieve", RELIEVE);
  const permit = await node.permit(input);
  const result = createNodeSteps(node.ports)["memory.relieve"]!({ ...input, permit }, stop.signal);
  while (node.orders.length === 0) await new Promise((go) => setTimeout(go, 1));
  stop.abort();
  const { cancelled, outputs } = await result;
  assertEquals([cancelled, outputs.kills.length], [true, 1]);
});

Deno.test("detect, panorama, hotspots and plan tell what they saw", async () => {
  const { ports, kept } = await testNode();
  const steps = createNodeSteps(ports);
  const scope = { scope: "cgroup:/lab" };
  const run = (uses: string) => steps[uses]!(inputOf(uses, scope), signal);
  assertEquals(
    (await run("memory.detect")).summary,
    "urgent: 24 MiB free of 512 MiB (4.6 %), below the urgent threshold of 10 %; " +
      "warning under 102 MiB, urgent under 51.0 MiB, critical under 20.0 MiB",
  );
  const panorama = await run("memory.panorama");
  assertEquals(panorama.summary, "512 MiB explained in 40 ms; largest: leaker (pid 4242), 380 MiB");
  assertEquals(panorama.artifacts.map(({ name }) => name), ["panorama.json"]);
  assertEquals((await run("cpu.hotspots")).summary, "400 samples; hottest: leak (leaker), 75 %");
  assertEquals(
    (await run("memory.plan")).summary,
    "urgent: 1 process would be killed, freeing 380 MiB",
  );
  assertEquals(kept.map(({ kind }) => kind), ["panorama", "pprof", "collapsed"]);
});

Deno.test("a machine without a GPU driver skips, never invents", async () => {
  const { ports } = await testNode();
  const { skipped, outputs } = await createNodeSteps(ports)["gpu.status"]!(
    inputOf("gpu.status", {}),
    signal,
  );
  assertEquals([skipped, outputs], ["no NVIDIA driver", {}]);
});

Deno.test("a failure of the guard passes through with its code", async () => {
  const node = await testNode({
    assess: () => Promise.reject(new StepFailure("unavailable", "the guard is away")),
  });
  const step = createNodeSteps(node.ports)["memory.detect"]!;
  const run = () => step(inputOf("memory.detect", { scope: "node" }), signal);
  assert((await assertRejects(run, StepFailure)).code === "unavailable");
});
