/**
 * The workflow on a real Temporal server, with a scripted node.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { StepFailure } from "../../activities/contract/mod.ts";
import { Lab, nearOomPlan, planOf } from "./support/lab.ts";
import { done, NodeDied, ScriptedNode, untilCancelled } from "./support/node.ts";

const HEAD = "name: t\nrisk: disruptive\nsteps:\n";
const DETECT = "uses: memory.detect, with: {scope: node}";

// Temporal's native core keeps timers of its own across tests.
const unsanitized = { sanitizeOps: false, sanitizeResources: false };

Deno.test({ name: "runbookV1", ...unsanitized }, async (t) => {
  await using lab = await Lab.start();

  await t.step("near-oom runs its steps in order and writes the report", async () => {
    await using site = await lab.site();
    const { id, result } = await site.run(nearOomPlan());
    assertEquals(result.status, "completed");
    assertEquals(site.node.calls.map(({ step }) => step.path), [
      ...["detect", "panorama", "relieve", "hotspots", "gpu"],
    ]);
    assertEquals(site.centre.story(id), [
      "run running",
      ...["detect running", "detect completed", "panorama running", "panorama completed"],
      ...["relieve running", "relieve completed", "hotspots running", "hotspots completed"],
      ...["gpu running", "gpu skipped", "report running", "report completed"],
      "run completed",
    ]);
    assertEquals([...site.centre.artifacts.values()].map(({ kind }) => kind), [
      ...["report", "report-markdown"],
    ]);
  });

  await t.step("a disruptive step carries a permit that is bound to it", async () => {
    await using site = await lab.site();
    const { id } = await site.run(nearOomPlan());
    const [call] = site.node.callsOf("memory.relieve");
    const permit = await site.centre.verify(call!.permit!);
    assertEquals([permit.runId, permit.stepPath, permit.uses], [id, "relieve", "memory.relieve"]);
    const others = site.node.calls.filter(({ step }) => step.path !== "relieve");
    assert(others.every((other) => other.permit === undefined));
  });

  await t.step("a run that the control plane never accepted gets no permit", async () => {
    await using site = await lab.site();
    const plan = nearOomPlan();
    const run = site.centre.accept(plan, "rogue");
    site.centre.runs.delete("rogue");
    const handle = await lab.client.workflow.start("runbookV1", {
      ...{ workflowId: "rogue", taskQueue: "pitcrew-centre", args: [{ run, plan }] },
    });
    const result = await handle.result();
    assertEquals(result.status, "failed");
    assertEquals(site.node.callsOf("memory.relieve"), []);
    assertMatch(site.centre.audit[0]!.refusal!, /no run `rogue` was accepted/);
  });

  await t.step("a dry run plans even when the level is ok, and says so", async () => {
    const node = new ScriptedNode({ "memory.detect": () => done({ level: "ok" }) });
    await using site = await lab.site(node);
    await site.run(nearOomPlan({ dryRun: true }));
    assertEquals(node.callsOf("memory.relieve").map(({ run }) => run.dryRun), [true]);
    const { id } = await site.run(nearOomPlan());
    assertEquals(node.callsOf("memory.relieve").length, 1);
    assertEquals(site.centre.last(id, "relieve")?.phase, "skipped");
  });

  await t.step("the rescue goes on without a panorama that takes too long", async () => {
    const node = new ScriptedNode({ "memory.panorama": (_, signal) => untilCancelled(signal) });
    await using site = await lab.site(node);
    const { id, result } = await site.run(nearOomPlan());
    assertEquals(result.status, "completed");
    const panorama = site.centre.last(id, "panorama")!;
    assertEquals([panorama.phase, panorama.tolerated], ["failed", true]);
    assertEquals(panorama.error?.code, "timed_out");
    const took = Date.parse(site.centre.last(id, "relieve")!.at) - Date.parse(panorama.at);
    assert(took < 2_000, `relieve ended ${took} ms after the panorama was given up`);
    assertEquals(site.centre.last(id, "relieve")?.phase, "completed");
  });

  await t.step("retries a retryable failure as declared, each attempt on record", async () => {
    let attempts = 0;
    const node = new ScriptedNode({
      "memory.detect": () => {
        if (++attempts < 3) throw new StepFailure("busy", "too much at once");
        return done({ level: "ok" });
      },
    });
    await using site = await lab.site(node);
    const { id, result } = await site.run(planOf(
      `${HEAD}  - {id: a, ${DETECT}, retry: {attempts: 3, delay: 10ms}}\n`,
    ));
    assertEquals(result.status, "completed");
    assertEquals(site.centre.story(id), [
      "run running",
      ...["a running", "a waiting", "a running", "a waiting", "a running", "a completed"],
      "run completed",
    ]);
    assertEquals(site.centre.last(id, "a")?.attempt, 3);
  });

  await t.step("does not repeat what repeating cannot help", async () => {
    const node = new ScriptedNode({
      "memory.detect": () => {
        throw new StepFailure("not_found", "there is no such cgroup");
      },
    });
    await using site = await lab.site(node);
    const { id, result } = await site.run(planOf(
      `${HEAD}  - {id: a, ${DETECT}, retry: {attempts: 3, delay: 10ms}}\n  - {id: b, ${DETECT}}\n`,
    ));
    assertEquals(result, { status: "failed", summary: "a failed: there is no such cgroup" });
    assertEquals(site.centre.story(id), [
      ...["run running", "a running", "a failed", "b skipped", "run failed"],
    ]);
  });

  await t.step("a step times out with all its attempts", async () => {
    const node = new ScriptedNode({ "memory.detect": (_, signal) => untilCancelled(signal) });
    await using site = await lab.site(node);
    const { id } = await site.run(planOf(
      `${HEAD}  - {id: a, ${DETECT}, timeout: 300ms, retry: {attempts: 5, delay: 10ms}}\n`,
    ));
    assertEquals(site.centre.last(id, "a")?.error?.code, "timed_out");
  });

  await t.step("runs parallel steps at the same time", async () => {
    const started = new Set<string>();
    const node = new ScriptedNode({
      "memory.detect": async ({ step }) => {
        started.add(step.path);
        while (started.size < 2) await new Promise((resolve) => setTimeout(resolve, 10));
        return done({ level: step.id });
      },
    });
    await using site = await lab.site(node);
    const { id, result } = await site.run(planOf(
      `${HEAD}  - id: both\n    parallel:\n      - {id: a, ${DETECT}}\n      - {id: b, ${DETECT}}\n` +
        `  - {id: c, ${DETECT}, if: 'steps.a.outputs.level == "a" && ` +
        `steps.both.status == "completed"'}\n`,
    ));
    assertEquals(result.status, "completed");
    assertEquals([...started].sort(), ["both/a", "both/b", "c"]);
    assertEquals(site.centre.last(id, "both/b")?.phase, "completed");
  });

  await t.step("steps after a failure run when their condition asks for it", async () => {
    const node = new ScriptedNode({
      "memory.detect": () => {
        throw new StepFailure("refused", "no");
      },
    });
    await using site = await lab.site(node);
    const { id, result } = await site.run(planOf(
      `${HEAD}  - {id: a, ${DETECT}}\n  - {id: b, uses: gpu.status}\n` +
        `  - {id: c, uses: gpu.status, if: failure()}\n` +
        `  - {id: d, uses: gpu.status, if: "failure() && steps.b.status == 'completed'"}\n`,
    ));
    assertEquals(result.status, "failed");
    assertEquals(site.node.calls.map(({ step }) => step.path), ["a", "c"]);
    assertMatch(site.centre.last(id, "b")!.reason!, /a step before it failed/);
  });

  await t.step(
    "a cancel stops the step at work, leaves the rest out and still reports",
    async () => {
      let working = () => {};
      const begun = new Promise<void>((resolve) => working = resolve);
      const node = new ScriptedNode({
        "memory.panorama": (_, signal) => {
          working();
          return untilCancelled(signal);
        },
      });
      await using site = await lab.site(node);
      const plan = nearOomPlan();
      plan.steps = plan.steps.map((step) =>
        step.id === "panorama" && step.kind === "action" ? { ...step, timeoutMs: 60_000 } : step
      );
      const handle = await site.start(plan);
      await begun;
      await handle.cancel();
      assertEquals((await handle.result()).status, "cancelled");
      assertEquals(node.callsOf("memory.relieve"), []);
      const id = handle.workflowId;
      const phases = ["panorama", "relieve", "gpu", "report", ""].map((path) =>
        site.centre.last(id, path)?.phase
      );
      assertEquals(phases, ["cancelled", "cancelled", "cancelled", "completed", "cancelled"]);
      const report = [...site.centre.artifacts.values()].find(({ kind }) => kind === "report")!;
      assertEquals(JSON.parse(report.text).outcome, "cancelled");
    },
  );

  await t.step("a cancel during the order keeps what was done until then", async () => {
    let working = () => {};
    const begun = new Promise<void>((resolve) => working = resolve);
    const node = new ScriptedNode({
      "memory.relieve": async (_, signal) => {
        working();
        await untilCancelled(signal).catch(() => {});
        return { ...done({ status: "cancelled", kills: [{ pid: 7 }] }), cancelled: true };
      },
    });
    await using site = await lab.site(node);
    const handle = await site.start(planOf(
      `${HEAD}  - {id: a, uses: memory.relieve, with: {scope: node}}\n`,
    ));
    await begun;
    await handle.cancel();
    await handle.result();
    const { phase, outputs } = site.centre.last(handle.workflowId, "a")!;
    assertEquals([phase, outputs?.kills], ["cancelled", [{ pid: 7 }]]);
  });

  await t.step("a node that dies at work costs no declared attempt", async () => {
    let attempts = 0;
    const node = new ScriptedNode({
      "memory.detect": () => {
        if (++attempts === 1) throw new NodeDied();
        return done({ level: "ok" });
      },
    });
    await using site = await lab.site(node);
    const { id, result } = await site.run(planOf(`${HEAD}  - {id: a, ${DETECT}}\n`));
    assertEquals(result.status, "completed");
    assertEquals(site.centre.story(id).slice(1, -1), [
      ...["a running", "a waiting", "a running", "a completed"],
    ]);
  });

  await t.step("a native process that is away costs no declared attempt either", async () => {
    let attempts = 0;
    const node = new ScriptedNode({
      "memory.detect": () => {
        if (++attempts < 3) throw new StepFailure("unavailable", "the guard cannot be reached");
        return done({ level: "ok" });
      },
    });
    await using site = await lab.site(node);
    const { result } = await site.run(planOf(`${HEAD}  - {id: a, ${DETECT}}\n`));
    assertEquals([result.status, attempts], ["completed", 3]);
  });

  await t.step("a locked database delays the record, never a rescue", async () => {
    await using site = await lab.site();
    let locked = true;
    site.centre.beforeRecord = async () => {
      if (locked) await new Promise((resolve) => setTimeout(resolve, 1_000));
      if (locked) throw new Error("database is locked");
    };
    const handle = await site.start(nearOomPlan());
    const began = performance.now();
    while (site.node.callsOf("gpu.status").length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const took = performance.now() - began;
    locked = false;
    assertEquals((await handle.result()).status, "completed");
    assertEquals(site.centre.last(handle.workflowId, "")?.phase, "completed");
    // Each write blocks for a second; five steps that waited for theirs would take ten or more.
    assert(took < 8_000, `five steps took ${Math.round(took)} ms with the database locked`);
  });

  await t.step("goes on after the control plane was restarted in the middle", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => release = resolve);
    const node = new ScriptedNode({
      "cpu.hotspots": async () => {
        await held;
        return done();
      },
    });
    await using site = await lab.site(node);
    const handle = await site.start(nearOomPlan());
    while (node.callsOf("cpu.hotspots").length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await site.stop();
    release();
    await site.startCentre();
    assertEquals((await handle.result()).status, "completed");
    assertEquals(node.callsOf("memory.relieve").length, 1);
  });
});
