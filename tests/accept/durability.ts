/**
 * `deno task accept durability`: kill -9 of each process in each step of near-oom, 5 × 6 cells on
 * one installation, each line with its outcome and the run's seconds.
 *
 * @module
 */
import { killDuring, STEPS } from "../durability/cell.ts";
import { PROCESSES, startStack } from "../harness/stack.ts";
import { SLOW_GPU } from "../durability/slow_gpu.ts";

let failed = 0;
let passed = 0;
await using stack = await startStack({ env: await SLOW_GPU() });
for (const process of PROCESSES) {
  for (const step of STEPS) {
    try {
      const ms = await killDuring(stack, process, step);
      passed++;
      console.log(`ok    kill -9 ${process} in ${step}: completed in ${(ms / 1000).toFixed(1)} s`);
    } catch (error) {
      failed++;
      console.log(`FAIL  kill -9 ${process} in ${step}: ${(error as Error).message}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) Deno.exitCode = 1;
