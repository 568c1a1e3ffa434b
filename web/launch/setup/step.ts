/**
 * Set-up is a handful of independent steps. Each can tell quickly whether its work is already done,
 * and do it; this file runs them in the order that they need, as many at once as that allows.
 *
 * @module
 */
import { withLock } from "./file_lock.ts";
import type { Progress } from "./progress.ts";

/** One piece of set-up. */
export interface Step {
  /** A short stable name that other steps can refer to. */
  id: string;
  /** What a person reads while it works. */
  title: string;
  /** Ids of the steps that have to be done before. */
  after: string[];
  /** A file of the checkout that is locked meanwhile, so that two set-ups do not do it at once. */
  lock?: string;
  /** Whether nothing is left to do. Quick, and without effects. */
  check(): boolean | Promise<boolean>;
  /**
   * Does the work. Leaves either the whole result or none of it.
   *
   * @param detail shows what it is doing just now
   * @returns a note for the closing line, if there is something to say
   * @throws {LaunchError} with what to do
   */
  ensure(detail: (text: string) => void): Promise<string | void>;
}

/** The steps that have work left. */
export async function missing(steps: Step[]): Promise<Step[]> {
  const done = await Promise.all(steps.map((step) => step.check()));
  return steps.filter((_, index) => !done[index]);
}

/**
 * Does what is missing. A step starts as soon as those before it are done; after a failure nothing
 * new starts, what runs is awaited, and the first failure is thrown.
 */
export async function runSteps(steps: Step[], progress: Progress): Promise<void> {
  const known = new Set(steps.map((step) => step.id));
  const results = new Map<string, Promise<void>>();
  let failure: { error: unknown } | undefined;

  const runOne = async (step: Step): Promise<void> => {
    await Promise.all(step.after.filter((id) => known.has(id)).map((id) => results.get(id)));
    if (failure !== undefined || await step.check()) return;
    const task = progress.begin(step.title);
    try {
      task.done(await ensureLocked(step, task.detail) ?? undefined);
    } catch (error) {
      task.failed();
      failure ??= { error };
    }
  };
  for (const step of inOrder(steps)) results.set(step.id, runOne(step));
  await Promise.all(results.values());
  if (failure !== undefined) throw failure.error;
}

/** Does a step's work unless somebody else has done it while this one waited for the lock. */
async function ensureLocked(
  step: Step,
  detail: (text: string) => void,
): Promise<string | void> {
  if (step.lock === undefined) return await step.ensure(detail);
  let waited = false;
  const onWait = () => {
    waited = true;
    detail("waiting for another set-up");
  };
  return await withLock(step.lock, onWait, async () => {
    if (waited && await step.check()) return "done by another set-up";
    return await step.ensure(detail);
  });
}

/** Sorts steps so that each comes after those it needs. */
function inOrder(steps: Step[]): Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const sorted = new Set<Step>();
  const visiting = new Set<Step>();
  const visit = (step: Step) => {
    if (sorted.has(step)) return;
    if (visiting.has(step)) throw new Error(`set-up steps need each other: ${step.id}`);
    visiting.add(step);
    for (const id of step.after) {
      const before = byId.get(id);
      if (before) visit(before);
    }
    sorted.add(step);
  };
  steps.forEach(visit);
  return [...sorted];
}
