/**
 * One cell of the kill -9 matrix: a near-OOM run on a real leak, one process killed while one step
 * is under way, and what must still be true afterwards.
 *
 * No hook in the product makes a step slow; the world around it does: the process that serves it is
 * stopped (detect, panorama), the leaker ignores SIGTERM (relieve), the profile takes its seconds
 * (hotspots), the GPU helper is slow (gpu), the database is locked by another program (report).
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { join } from "@std/path";
import { assert, assertEquals } from "@std/assert";
import type { ProcessName, Stack } from "../harness/stack.ts";
import { makeScope } from "../harness/scope.ts";
import { until } from "../harness/until.ts";

/** The steps of near-oom, in order. */
export const STEPS = ["detect", "panorama", "relieve", "hotspots", "gpu", "report"] as const;
export type StepName = typeof STEPS[number];

const MiB = 1024 * 1024;

interface Step {
  id: string;
  status: string;
  attempt: number;
  startedAt: string | null;
  outputs?: Record<string, unknown>;
  artifacts: { sha256: string; kind: string }[];
}

interface Run {
  id: string;
  status: string;
  error?: { message: string };
  steps: Step[];
}

/** Runs one cell and asserts; answers how long the run took, in milliseconds. */
export async function killDuring(
  stack: Stack,
  victim: ProcessName,
  step: StepName,
): Promise<number> {
  await using scope = makeScope(192 * MiB);
  const bystander = await scope.run("hold", "--bytes", "16MiB");
  const leaker = await scope.run(
    "leak",
    "--rate",
    "200MiB/s",
    "--max",
    "150MiB",
    ...(step === "relieve" ? ["--ignore-term"] : []),
  );
  await until("the leak is near the limit", () => scope.usage() > 160 * MiB);

  const started = performance.now();
  const hold = holdBack(stack, step);
  try {
    if (step === "detect" || step === "panorama") hold.engage();
    const { id } = await stack.call<Run>("POST", "/api/v1/runs", {
      runbook: "near-oom",
      node: "local",
      params: { scope: scope.name, grace: step === "relieve" ? "3s" : "1s", profileSeconds: 4 },
    });
    // For the report the lock is taken while the step before it is still under way.
    if (step === "report") {
      await reach(stack, id, "gpu");
      hold.engage();
      await new Promise((resolve) => setTimeout(resolve, 3_500));
    } else {
      await reach(stack, id, step);
    }
    // In the step, not at its very start: half a second for the call to be on its way.
    if (step !== "panorama") await new Promise((resolve) => setTimeout(resolve, 500));
    const before = stack.state().pids[victim];
    Deno.kill(before, "SIGKILL");
    hold.release(before);
    await until(`${victim} is back`, () => stack.state().pids[victim] !== before, {
      timeoutMs: 30_000,
    });

    const run = await until("the run has ended", async () => {
      const answer = await stack.api("GET", `/api/v1/runs/${id}`).catch(() => null);
      const run = answer?.status === 200 ? answer.body as Run : null;
      return run && ["completed", "failed", "cancelled"].includes(run.status) ? run : null;
    }, { timeoutMs: 120_000, everyMs: 200 });
    check(stack, run, step, leaker, bystander);
    return performance.now() - started;
  } finally {
    hold.release(-1);
  }
}

function check(
  stack: Stack,
  run: Run,
  step: StepName,
  leaker: { pid: number; alive(): boolean },
  bystander: { pid: number; alive(): boolean },
) {
  assertEquals(run.status, "completed", JSON.stringify(run.error ?? run.steps));
  assertEquals(leaker.alive(), false, "the leaker must be gone");
  assertEquals(bystander.alive(), true, "the bystander must live");
  assertEquals(run.steps.map((step) => step.id), [...STEPS], "every step recorded once");
  for (const { id, status } of run.steps) {
    const expected = id === "gpu"
      ? ["skipped", "completed"]
      // The rescue does not wait for its evidence longer than the budget.
      : id === "panorama" && step === "panorama"
      ? ["completed", "failed"]
      : ["completed"];
    assert(expected.includes(status), `${id} is ${status}: ${JSON.stringify(run.steps)}`);
  }
  const report = run.steps.at(-1)!;
  assert(report.artifacts.some((artifact) => artifact.kind === "report"), "a report exists");

  const kills = run.steps[2]!.outputs!.kills as { pid: number; startTime: number }[];
  assertEquals(kills.map((kill) => kill.pid), [leaker.pid], "exactly the leaker was signalled");
  const signals = journalSignals(stack, leaker.pid);
  assertEquals(new Set(signals).size, signals.length, `no signal sent twice: ${signals}`);

  const rows = transitions(stack, run.id);
  assertEquals(new Set(rows).size, rows.length, "no transition recorded twice");
}

/** Waits until the step is under way (or has just ended, if it was quicker than we look). */
async function reach(stack: Stack, id: string, step: StepName) {
  await until(`step ${step} is under way`, async () => {
    const run = (await stack.api("GET", `/api/v1/runs/${id}`)).body as Run;
    if (["completed", "failed", "cancelled"].includes(run.status)) {
      throw new Error(`the run ended before ${step}: ${JSON.stringify(run)}`);
    }
    return run.steps.find((candidate) => candidate.id === step)?.startedAt;
  }, { everyMs: 10 });
}

/** What makes the step last long enough to be hit in its middle. */
function holdBack(stack: Stack, step: StepName) {
  const server = step === "detect" ? "guard" : step === "panorama" ? "collector" : null;
  let stopped: number | null = null;
  let lock: DatabaseSync | null = null;
  return {
    engage() {
      if (server) {
        stopped = stack.state().pids[server];
        Deno.kill(stopped, "SIGSTOP");
      } else if (step === "report") {
        lock = new DatabaseSync(join(stack.dataDir, "centre/pitcrew.db"));
        lock.exec("PRAGMA busy_timeout=5000; BEGIN IMMEDIATE");
      }
    },
    release(killed: number) {
      if (stopped !== null && stopped !== killed) {
        try {
          Deno.kill(stopped, "SIGCONT");
        } catch {
          // It was restarted meanwhile.
        }
      }
      stopped = null;
      lock?.exec("ROLLBACK");
      lock?.close();
      lock = null;
    },
  };
}

/** `SIGTERM`, `SIGKILL` … as the guard's journal says they were sent to the pid. */
function journalSignals(stack: Stack, pid: number): string[] {
  const dir = join(stack.dataDir, "node/guard");
  const signals: string[] = [];
  for (const entry of Deno.readDirSync(dir)) {
    if (!entry.isFile) continue;
    for (const line of Deno.readTextFileSync(join(dir, entry.name)).split("\n")) {
      const at = line.indexOf("{");
      if (at < 0) continue;
      try {
        const record = JSON.parse(line.slice(at));
        if (record.kind === "signal" && record.pid === pid) signals.push(record.signal);
      } catch {
        // A torn tail after kill -9 is the journal's to tolerate.
      }
    }
  }
  return signals;
}

function transitions(stack: Stack, run: string): string[] {
  const database = new DatabaseSync(join(stack.dataDir, "centre/pitcrew.db"), { readOnly: true });
  try {
    return database.prepare(
      "SELECT seq, stepPath, attempt, phase FROM transitions WHERE runId = ? ORDER BY seq",
    ).all(run).map((row) => `${row.stepPath}/${row.attempt}/${row.phase}`);
  } finally {
    database.close();
  }
}
