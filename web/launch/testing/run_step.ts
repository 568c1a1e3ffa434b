/**
 * Runs one step of set-up as a program, so that tests can put it into a bad environment:
 * `run_step.ts ID`. Prints failures as `deno task start` does.
 *
 * @module
 */
import { reportError } from "../errors.ts";
import { createProgress } from "../setup/progress.ts";
import { runSteps, type Step } from "../setup/step.ts";
import { BUILD_REQUIREMENTS, systemPackages } from "../setup/system_packages.ts";
import { temporal } from "../setup/temporal/mod.ts";

const steps: Step[] = [temporal, systemPackages(BUILD_REQUIREMENTS, () => true)];
const step = steps.find((step) => step.id === Deno.args[0]);
if (!step) throw new Error(`no step ${Deno.args[0]}`);
try {
  await runSteps([step], createProgress());
} catch (error) {
  Deno.exit(reportError(error));
}
