/**
 * A sample of the kill -9 matrix for the regular suite: each process once, each step at least once.
 * The whole matrix is `deno task accept durability`.
 *
 * @module
 */
import type { ProcessName } from "../harness/stack.ts";
import { startStack } from "../harness/stack.ts";
import { killDuring, type StepName } from "./cell.ts";
import { SLOW_GPU } from "./slow_gpu.ts";

const SAMPLE: [ProcessName, StepName][] = [
  ["guard", "relieve"],
  ["nodeRunner", "relieve"],
  ["controlPlane", "detect"],
  ["collector", "hotspots"],
  ["temporal", "gpu"],
  ["controlPlane", "report"],
];

Deno.test({
  name: "a run survives kill -9",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using stack = await startStack({ env: await SLOW_GPU() });
    for (const [process, step] of SAMPLE) {
      await t.step(`${process} in ${step}`, async () => {
        await killDuring(stack, process, step);
      });
    }
  },
});
