/**
 * Set-up: brings whatever is missing, does nothing when nothing is. Runs before any npm package is
 * loaded, so everything here uses built-ins only.
 *
 * @module
 */
import { consoleBuild, workflowBundle } from "./bundles.ts";
import { javascript } from "./javascript.ts";
import { native, nativeIsFresh } from "./native.ts";
import { createProgress } from "./progress.ts";
import { rust } from "./rust.ts";
import { missing, runSteps, type Step } from "./step.ts";
import { BUILD_REQUIREMENTS, systemPackages, TEST_REQUIREMENTS } from "./system_packages.ts";
import { temporal } from "./temporal/mod.ts";

/** What set-up is for: everything, a control plane without a node, building, or testing. */
export type Purpose = "start" | "centre" | "build" | "test";

/** The steps of a purpose. */
export function stepsFor(purpose: Purpose): Step[] {
  const testing = purpose === "test";
  const compiling = () => testing || !nativeIsFresh();
  const requirements = testing ? [...BUILD_REQUIREMENTS, ...TEST_REQUIREMENTS] : BUILD_REQUIREMENTS;
  const nativeSteps = [systemPackages(requirements, compiling), rust(compiling), native];
  return [
    javascript,
    ...(purpose === "centre" ? [] : nativeSteps),
    consoleBuild,
    workflowBundle,
    ...(purpose === "build" ? [] : [temporal]),
  ];
}

/**
 * Sets up what is missing. Safe to run several times at once on one checkout: one works, the others
 * wait for it.
 *
 * @throws {LaunchError} with what to do
 */
export async function setUp(purpose: Purpose, steps: Step[] = stepsFor(purpose)): Promise<void> {
  if ((await missing(steps)).length === 0) return;
  const progress = createProgress();
  try {
    await runSteps(steps, progress);
  } finally {
    progress.close();
  }
}

export { findTemporal, type Temporal } from "./temporal/mod.ts";
export type { Step };
