/**
 * The near-OOM runbook: its plan, and every step of it executed twice and failed at each place.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { CATALOG, StepFailure } from "../../activities/contract/mod.ts";
import { fileSchema } from "../../runbooks/language/mod.ts";
import { mismatches } from "../../runbooks/language/schema_check.ts";
import { actionsOf } from "../../workflows/interpreter/records.ts";
import { interpret } from "../../workflows/interpreter/interpret.ts";
import type { AttemptFailure, TransitionNote } from "../../workflows/interpreter/ports.ts";
import { FakeWorld } from "../../workflows/interpreter/testing.ts";
import { NEAR_OOM, nearOomPlan } from "./support/lab.ts";

const RUNBOOKS = new URL("../../runbooks/", import.meta.url);
const RUN = {
  ...{ id: "r1", runbook: "near-oom", runbookHash: "h", planHash: "p", node: "test" },
  ...{ dryRun: false, acceptedAt: "2026-11-23T12:00:00.000Z" },
  trigger: { kind: "manual" as const, by: "test" },
};
const URGENT = { outputs: { level: "urgent" }, artifacts: [], summary: "" };

function read(path: string): unknown {
  return JSON.parse(Deno.readTextFileSync(new URL(path, RUNBOOKS)));
}

Deno.test("near-oom comes down to the expected plan", () => {
  assertEquals(nearOomPlan() as unknown, read("library/near-oom/plan.expected.json"));
});

Deno.test("the published schema is that of the language", () => {
  assertEquals(fileSchema(CATALOG) as unknown, read("language/schema.json"));
});

Deno.test("the published schema accepts near-oom and refuses a misspelt field", () => {
  const schema = fileSchema(CATALOG);
  const runbook = parse(Deno.readTextFileSync(NEAR_OOM));
  assertEquals(mismatches(runbook, schema), []);
  runbook.steps[0].wiht = {};
  assert(mismatches(runbook, schema).length > 0);
});

Deno.test("near-oom keeps the panorama before it relieves", () => {
  const paths = nearOomPlan().steps.map(({ path }) => path);
  assertEquals(paths, ["detect", "panorama", "relieve", "hotspots", "gpu", "report"]);
});

Deno.test("a dry run has its own hash and no concurrency key", () => {
  const [live, dry] = [nearOomPlan(), nearOomPlan({ dryRun: true })];
  assert(live.hash !== dry.hash);
  assertEquals([live.concurrencyKey, dry.concurrencyKey], ["near-oom/test/node", null]);
});

const steps = actionsOf(nearOomPlan().steps);

for (const broken of steps) {
  Deno.test(`near-oom with ${broken.path} executed twice ends as if once`, async () => {
    const lost: AttemptFailure = {
      ...{ kind: "lost", retryable: true },
      error: { code: "unavailable", message: "the answer was lost" },
    };
    const once = new FakeWorld(() => URGENT);
    const twice = new FakeWorld((step, input) =>
      step.path === broken.path && input.step.attempt === 1 ? lost : URGENT
    );
    const plain = await interpret(RUN, nearOomPlan(), once);
    assertEquals(await interpret(RUN, nearOomPlan(), twice), plain);
    assertEquals(ends(twice.notes), ends(once.notes));
    const inputs = twice.inputs.filter(({ step }) => step.path === broken.path);
    assertEquals(inputs.map(({ step }) => step.attempt), [1, 2]);
    assertEquals(inputs[1]!.with, inputs[0]!.with);
  });

  Deno.test(`near-oom with ${broken.path} failing ends with every step's record`, async () => {
    const { code, message } = new StepFailure("refused", "broken on purpose");
    const world = new FakeWorld((step) =>
      step.path === broken.path
        ? { kind: "failed", retryable: false, error: { code, message } }
        : URGENT
    );
    const end = await interpret(RUN, nearOomPlan(), world);
    assertEquals(end.status, broken.continueOnError ? "completed" : "failed");
    const last = ends(world.notes);
    assertEquals([...last.keys()].sort(), ["", ...steps.map(({ path }) => path)].sort());
    if (broken.path !== "report") assertEquals(last.get("report"), "completed");
    const relieved = world.inputs.some(({ step }) => step.path === "relieve");
    assertEquals(relieved, broken.path !== "detect");
    assertEquals(new Set(world.notes.map(keyOf)).size, world.notes.length, "a doubled record");
  });

  Deno.test(`near-oom cancelled in ${broken.path} acts no more but reports`, async () => {
    const world: FakeWorld = new FakeWorld((step) => {
      if (step.path === broken.path) world.cancel();
      return URGENT;
    });
    const end = await interpret(RUN, nearOomPlan(), world);
    assertEquals(end.status, "cancelled");
    const after = world.inputs.map(({ step }) => step.path);
    const index = steps.findIndex(({ path }) => path === broken.path);
    const expected = steps.slice(0, index + 1).map(({ path }) => path);
    assertEquals(after, broken.path === "report" ? expected : [...expected, "report"]);
  });
}

/** The last phase of each step. */
function ends(notes: TransitionNote[]): Map<string, string> {
  return new Map(notes.map(({ stepPath, phase }) => [stepPath, phase]));
}

function keyOf({ stepPath, attempt, phase }: TransitionNote): string {
  return `${stepPath} ${attempt} ${phase}`;
}
