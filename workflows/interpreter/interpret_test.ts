import { assertEquals, assertMatch } from "@std/assert";
import type { ActionStep, Plan, PlanNode } from "../../runbooks/language/plan.ts";
import { gateOf, isShielded } from "./condition.ts";
import { interpret } from "./interpret.ts";
import type { AttemptFailure } from "./ports.ts";
import { countTry, NO_TRIES, verdictOn } from "./retry.ts";
import { type Answer, FakeWorld } from "./testing.ts";

const RUN = {
  ...{ id: "r", runbook: "t", runbookHash: "h", planHash: "p", node: "n", dryRun: false },
  acceptedAt: "2026-11-23T12:00:00.000Z",
  trigger: { kind: "manual" as const, by: "test" },
};
const RETRY = { attempts: 1, delayMs: 1_000, backoff: 2, maxDelayMs: 3_000 };
const DONE = { outputs: { n: 1 }, artifacts: [], summary: "done" };

function step(id: string, change: Partial<ActionStep> = {}): ActionStep {
  return {
    ...{ kind: "action", id, path: id, title: id, uses: "memory.detect", where: "node" },
    ...{ risk: "observe", with: {}, timeoutMs: 10_000, retry: RETRY, continueOnError: false },
    ...change,
  };
}

function planOf(...steps: PlanNode[]): Plan {
  return {
    ...{ interpreter: "runbook-v1", hash: "p", node: "n", params: {}, dryRun: false },
    runbook: { name: "t", title: "T", hash: "h" },
    ...{ risk: "observe", concurrencyKey: null, steps },
  };
}

function failure(kind: AttemptFailure["kind"], retryable = true): AttemptFailure {
  return { kind, retryable, error: { code: "busy", message: kind } };
}

async function run(answer: Answer, plan: Plan, world = new FakeWorld(answer)) {
  const end = await interpret(RUN, plan, world);
  const story = world.notes.map(({ stepPath, phase, attempt }) =>
    `${stepPath || "run"} ${phase}${attempt > 1 ? ` ${attempt}` : ""}`
  );
  return { end, story, world };
}

Deno.test("declared attempts wait longer each time, up to the longest delay", () => {
  let tries = NO_TRIES;
  const delays = [1, 2, 3, 4].map(() => {
    tries = countTry(tries, failure("failed"));
    const verdict = verdictOn(failure("failed"), tries, { ...RETRY, attempts: 5 }, 1e9);
    return verdict.again ? verdict.delayMs : null;
  });
  assertEquals(delays, [1_000, 2_000, 3_000, 3_000]);
});

Deno.test("what ends a step: attempts used up, useless to repeat, no time left, cancelled", () => {
  const tries = { used: 1, lostInRow: 0 };
  const twice = { ...RETRY, attempts: 2 };
  const again = (failed: AttemptFailure, retry = twice, left = 1e9) =>
    verdictOn(failed, tries, retry, left).again;
  assertEquals(again(failure("failed")), true);
  assertEquals(again(failure("failed"), RETRY), false);
  assertEquals(again(failure("failed", false)), false);
  assertEquals(again(failure("failed"), twice, 900), false);
  assertEquals(again(failure("timed_out")), false);
  assertEquals(again(failure("cancelled")), false);
});

Deno.test("lost attempts cost no declared one, only the step's time", async () => {
  const { story, world } = await run(
    (_, { step }) => step.attempt <= 4 ? failure("lost") : DONE,
    planOf(step("a")),
  );
  assertEquals(world.sleeps, [500, 1_000, 2_000, 4_000]);
  assertEquals(story.at(-2), "a completed 5");
  const budgets = world.budgets;
  assertEquals([budgets[0], budgets[1]], [10_000, 9_499]);
  const lost = await run(() => failure("lost"), planOf(step("a")));
  assertEquals(lost.end.status, "failed");
});

Deno.test("a condition sees statuses and outputs of the steps before", async () => {
  const { story } = await run(
    () => DONE,
    planOf(
      step("a"),
      step("b", { if: "steps.a.outputs.n == 1" }),
      step("c", { if: "steps.a.outputs.n == 2" }),
      step("d", { if: 'steps.c.status == "skipped"' }),
    ),
  );
  assertEquals(story.filter((line) => /completed|skipped/.test(line)), [
    ...["a completed", "b completed", "c skipped", "d completed", "run completed"],
  ]);
});

Deno.test("a condition that cannot be evaluated fails its step, in words", async () => {
  const { end } = await run(() => DONE, planOf(step("a", { if: "steps.b.status == 'x'" })));
  assertMatch(end.summary, /a failed: `if: steps.b.status == 'x'`: No such key: b/);
  const number = await run(() => DONE, planOf(step("a", { if: "1 + 1" })));
  assertMatch(number.end.summary, /is not true or false/);
});

Deno.test("a tolerated failure leaves the run well, but its status can be asked", async () => {
  const { end, story } = await run(
    ({ id }) => id === "a" ? failure("failed", false) : DONE,
    planOf(
      step("a", { continueOnError: true }),
      step("b", { if: 'steps.a.status == "failed"' }),
      step("c", { if: "failure()" }),
    ),
  );
  assertEquals(end.status, "completed");
  assertEquals(story.filter((line) => /^[bc] (completed|skipped)/.test(line)), [
    ...["b completed", "c skipped"],
  ]);
});

Deno.test("a parallel group ends when all have ended, and fails when one has", async () => {
  const group: PlanNode = {
    ...{ kind: "parallel", id: "p", path: "p", title: "p" },
    steps: [step("a", { path: "p/a" }), step("b", { path: "p/b" })],
  };
  const { end, story } = await run(
    ({ id }) => id === "a" ? failure("failed", false) : DONE,
    planOf(group, step("c"), step("d", { if: 'always() && steps.p.status == "failed"' })),
  );
  assertEquals(end.status, "failed");
  assertEquals(story.filter((line) => /completed|skipped|failed/.test(line)), [
    ...["p/a failed", "p/b completed", "c skipped", "d completed", "run failed"],
  ]);
  const left = await run(() => DONE, planOf({ ...group, if: "false" }));
  assertEquals(left.story, [
    ...["run running", "p/a skipped", "p/b skipped", "run completed"],
  ]);
});

Deno.test("a cancel while waiting to try again ends the step as cancelled", async () => {
  const world: FakeWorld = new FakeWorld(() => {
    world.cancel();
    return failure("failed");
  });
  const retry = { ...RETRY, attempts: 3 };
  const { end, story } = await run(() => DONE, planOf(step("a", { retry }), step("b")), world);
  assertEquals(end.status, "cancelled");
  assertEquals(story.slice(1), [
    "a running",
    "a waiting",
    "a cancelled",
    "b cancelled",
    "run cancelled",
  ]);
});

Deno.test("outputs that are too large fail their step instead of the workflow", async () => {
  const large = { ...DONE, outputs: { text: "x".repeat(70_000) } };
  const { end } = await run(() => large, planOf(step("a")));
  assertMatch(end.summary, /its outputs have 700\d\d characters; 65536 are allowed/);
});

Deno.test("what a report gets of many large outputs stays bounded", async () => {
  const large = { ...DONE, outputs: { text: "x".repeat(60_000) } };
  const many = Array.from({ length: 40 }, (_, i) => step(`s${i}`));
  const report = step("report", { uses: "report.compose", where: "centre" });
  const { world } = await run(() => large, planOf(...many, report));
  const { history } = world.inputs.at(-1)!;
  assertEquals(history?.length, 41);
  assertEquals(JSON.stringify(history).length < 1024 * 1024, true);
});

Deno.test("only always() and cancelled() shield a step from a cancel", () => {
  assertEquals(["always()", "cancelled()", "success() || always()"].map(isShielded), [
    ...[true, true, true],
  ]);
  assertEquals([undefined, "failure()", "true", "1 +"].map(isShielded), [
    ...[false, false, false, false],
  ]);
});

Deno.test("a status function lifts the need for success, nothing else does", () => {
  const context = (failure: boolean, cancelled: boolean) => ({
    ...{ params: {}, steps: {}, run: { id: "r", node: "n", dryRun: false } },
    state: { success: !failure && !cancelled, failure, cancelled },
  });
  const open = (condition: string | undefined, failure: boolean, cancelled = false) =>
    gateOf(condition, context(failure, cancelled)).open;
  assertEquals([open(undefined, false), open(undefined, true), open("true", true)], [
    ...[true, false, false],
  ]);
  assertEquals([open("failure()", true), open("always()", true), open("success()", true)], [
    ...[true, true, false],
  ]);
  assertEquals([open("failure()", false, true), open("cancelled()", false, true)], [false, true]);
});
