import { assert, assertEquals, assertThrows } from "@std/assert";
import { CliFailure } from "../core/failure.ts";
import { problemsOf } from "./outcome.ts";
import { parseSize } from "./size.ts";
import { setStage } from "./stage.ts";
import { makeMemoryCgroup } from "./memory_cgroup.ts";
import type { Run } from "../client/shapes.ts";

const MIB = 1024 * 1024;

Deno.test("the leak reaches its end without the kernel having to act, and all is cleared", async () => {
  const stage = await setStage(96 * MIB, false);
  try {
    assertEquals(stage.cgroup.pids().length, 2);
    while (stage.cgroup.usageBytes() < 0.85 * 96 * MIB) {
      assert(!stage.leaker.ended(), "the leaker ended early");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert(stage.cgroup.usageBytes() < 96 * MIB);
    assertEquals(stage.cgroup.oomKills(), 0);
    assert(!stage.leaker.ended() && !stage.bystander.ended());
  } finally {
    await stage.clear();
  }
  assertThrows(() => stage.cgroup.usageBytes(), Deno.errors.NotFound);
  assert(stage.leaker.ended() && stage.bystander.ended());
});

Deno.test("what is kept stays after the leak, and works", async () => {
  const stage = await setStage(96 * MIB, true);
  const { bystander, cgroup, leaker } = stage;
  try {
    await stage.clear();
    assert(leaker.ended() && !bystander.ended());
    assertEquals(cgroup.pids(), [bystander.pid]);
    assertEquals(cgroup.remove(), false, "one in use stays");
    const before = cpuTicks(bystander.pid);
    while (cpuTicks(bystander.pid) <= before) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await bystander.stop();
    while (!cgroup.remove()) await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

/** Clock ticks that a process spent in user mode. */
function cpuTicks(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[11]);
}

Deno.test("an empty cgroup is removed, one in use is not", () => {
  const cgroup = makeMemoryCgroup(crypto.randomUUID().slice(0, 8), 32 * MIB);
  assertEquals(cgroup.pids(), []);
  assertEquals(cgroup.remove(), true);
  assertEquals(cgroup.remove(), true, "gone is gone");
});

Deno.test("sizes are read with their unit", () => {
  assertEquals(["256MiB", "1.5 GiB", "1000"].map(parseSize), [256 * MIB, 1536 * MIB, 1000]);
  for (const bad of ["", "MiB", "-1MiB", "256MB", "1e9"]) {
    assertThrows(() => parseSize(bad), CliFailure, "is no size");
  }
});

Deno.test("every broken promise is named", () => {
  const kill = {
    pid: 7,
    startTime: 1,
    name: "leaker",
    signal: "SIGTERM",
    at: "2026-11-23T10:00:02.000Z",
    predictedBytes: 1,
    freedBytes: 1,
  };
  const good = {
    run: { status: "completed", steps: [] as Run["steps"] } as Run,
    leaker: { pid: 7, alive: false },
    bystander: { pid: 8, alive: true },
    panorama: { sha256: "a", capturedAt: "2026-11-23T10:00:01.000Z" },
    kills: [kill],
    report: { url: "u", markdown: "# report" },
  };
  assertEquals(problemsOf(good, 0), []);
  const late = { sha256: "a", capturedAt: "2026-11-23T10:00:03.000Z" };
  assertEquals(problemsOf({ ...good, panorama: late }, 0).length, 1);
  assertEquals(problemsOf({ ...good, kills: [] }, 1).length, 2);
  const nothing = {
    run: { status: "failed", summary: "no", steps: [] as Run["steps"] } as Run,
    leaker: { pid: 7, alive: true },
    bystander: { pid: 8, alive: false },
    panorama: null,
    kills: [],
    report: { url: "u", markdown: "" },
  };
  assertEquals(problemsOf(nothing, 0).length, 5);
  const outputs = { protected: [{ pid: 7, name: "demo-leaker", rule: "protect name=demo-*" }] };
  const run = { status: "failed", steps: [{ id: "relieve", outputs }] } as unknown as Run;
  const spared = problemsOf({ ...nothing, run }, 0);
  assert(
    spared.includes('the leaker 7 was not killed: the node\'s policy says "protect name=demo-*"'),
    spared.join("; "),
  );
});
