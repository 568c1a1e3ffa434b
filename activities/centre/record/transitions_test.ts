import { assertEquals, assertRejects } from "@std/assert";
import { fittingTransition, StepFailure, type Transition } from "../../contract/mod.ts";
import { createRecordTransitions } from "./transitions.ts";

const OWN: Transition = {
  ...{ runId: "r", temporalRunId: "t", seq: 1, stepPath: "", attempt: 0, phase: "running" },
  at: "2026-11-23T12:00:00.000Z",
};
const CALLER = { workflowId: "r", temporalRunId: "t" };

Deno.test("a workflow writes its own record and nobody else's", async () => {
  const written: Transition[] = [];
  const record = createRecordTransitions({
    record: {
      steps: () => Promise.resolve(["detect"]),
      record: (transitions) => {
        written.push(...transitions);
        return Promise.resolve({ refused: 0 });
      },
    },
  });
  await record({ transitions: [OWN] }, CALLER);
  for (const foreign of [{ runId: "other" }, { temporalRunId: "other" }]) {
    const transitions = [OWN, { ...OWN, ...foreign }];
    await assertRejects(() => record({ transitions }, CALLER), StepFailure);
  }
  assertEquals(written, [OWN]);
});

Deno.test("a record that belongs to another workflow is refused for good", async () => {
  const record = createRecordTransitions({
    record: {
      steps: () => Promise.resolve(null),
      record: () => Promise.resolve({ refused: 1 }),
    },
  });
  const error = await assertRejects(() => record({ transitions: [OWN] }, CALLER), StepFailure);
  assertEquals(error.code, "refused");
});

Deno.test("what is no transition of the plan is refused for good, and nothing is written", async () => {
  let written = 0;
  const record = createRecordTransitions({
    record: {
      steps: () => Promise.resolve(["detect"]),
      record: (transitions) => {
        written += transitions.length;
        return Promise.resolve({ refused: 0 });
      },
    },
  });
  const step = { ...OWN, seq: 2, stepPath: "detect", attempt: 1, phase: "completed" as const };
  const artifact = {
    ...{ sha256: "a".repeat(64), kind: "plan", mediaType: "application/json", bytes: 1 },
    ...{ name: "plan.json", capturedAt: OWN.at },
  };
  const fine = { ...step, outputs: { a: 1 }, summary: "s", artifacts: [artifact] };
  await record({ transitions: [OWN, fine] }, CALLER);
  assertEquals(written, 2);
  const odd: unknown[] = [
    ...[undefined, null, 7, {}, { transitions: 7 }, { transitions: [null] }],
    ...[{ transitions: Array(1_000).fill(OWN) }],
    ...[
      { phase: "relieved" },
      { phase: "constructor" },
      { stepPath: "no-such-step" },
      { stepPath: "constructor" },
      { seq: "1" },
      { seq: 1.5 },
      { attempt: -1 },
      { at: "yesterday" },
      { at: "x".repeat(1_000_000) },
      { outputs: [] },
      { outputs: { a: "x".repeat(70_000) } },
      { summary: "x".repeat(100_000) },
      { summary: { html: "" } },
      { error: "broken" },
      { error: { code: "internal", message: 7 } },
      { tolerated: "yes" },
      { artifacts: {} },
      { artifacts: [{ ...artifact, sha256: "../../etc/passwd" }] },
      { artifacts: [{ ...artifact, bytes: "many" }] },
      { artifacts: Array(1_000).fill(artifact) },
      { verdict: "guilty" },
    ].map((change) => ({ transitions: [OWN, { ...step, ...change }] })),
  ];
  for (const input of odd) {
    const error = await assertRejects(() => record(input as never, CALLER), StepFailure);
    assertEquals(error.code, "invalid_argument", JSON.stringify(input)?.slice(0, 200));
  }
  assertEquals(written, 2);
});

Deno.test("a step's end stays on record however odd its node's answer was", async () => {
  let written: Transition[] = [];
  const record = createRecordTransitions({
    record: {
      steps: () => Promise.resolve(["detect"]),
      record: (transitions) => {
        written = transitions;
        return Promise.resolve({ refused: 0 });
      },
    },
  });
  const odd = { ...OWN, stepPath: "detect", phase: "completed", summary: "x".repeat(1_000_000) };
  await record({ transitions: [fittingTransition(odd as Transition)] }, CALLER);
  assertEquals(
    written.map(({ phase, summary }) => [phase, summary]),
    [["completed", "a transition's `summary` does not fit; it was left out of the record"]],
  );
});
