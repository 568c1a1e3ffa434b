import { assertEquals, assertRejects } from "@std/assert";
import { StepFailure, type Transition } from "../../contract/mod.ts";
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
    record: { record: () => Promise.resolve({ refused: 1 }) },
  });
  const error = await assertRejects(() => record({ transitions: [OWN] }, CALLER), StepFailure);
  assertEquals(error.code, "refused");
});
