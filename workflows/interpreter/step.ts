/**
 * One action: its condition, its inputs, its attempts, its record.
 *
 * @module
 */
import {
  CATALOG,
  type RunHead,
  type StepError,
  type StepInput,
  type StepOutput,
} from "../../activities/contract/mod.ts";
import { ExpressionError } from "../../runbooks/language/expression.ts";
import type { ActionStep, Json, Plan } from "../../runbooks/language/plan.ts";
import { resolveTemplate } from "../../runbooks/language/template.ts";
import { gateOf, isShielded } from "./condition.ts";
import type { AttemptFailure, World } from "./ports.ts";
import { contextOf, type Records } from "./records.ts";
import { countTry, NO_TRIES, verdictOn } from "./retry.ts";

/** Characters of one step's outputs, as JSON; anything larger is an artifact. */
const OUTPUT_CHARS = 64 * 1024;

/** What all steps of a run share. */
export interface Interpretation {
  run: RunHead;
  plan: Plan;
  records: Records;
  world: World;
}

/** Runs a step to its end; never rejects. */
export async function runStep(all: Interpretation, step: ActionStep): Promise<void> {
  const { plan, run, records, world } = all;
  const context = contextOf(plan, run.id, records, world.cancelled());
  const gate = gateOf(step.if, context);
  if (!gate.open) {
    if (gate.cause === "error") {
      fail(all, step, 0, { code: "invalid_argument", message: gate.reason });
    } else {
      const phase = gate.cause === "cancelled" ? "cancelled" : "skipped";
      end(all, step, { phase, attempt: 0, reason: gate.reason });
    }
    return;
  }
  let inputs: { [key: string]: Json };
  try {
    inputs = resolveTemplate(step.with, context) as { [key: string]: Json };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const message = `inputs of the step: ${error.message}`;
    fail(all, step, 0, { code: "invalid_argument", message });
    return;
  }
  const attempts = () => runAttempts(all, step, inputs);
  await (isShielded(step.if) ? world.shield(attempts) : attempts());
}

async function runAttempts(
  all: Interpretation,
  step: ActionStep,
  inputs: { [key: string]: Json },
): Promise<void> {
  const { world } = all;
  const shielded = isShielded(step.if);
  const deadline = world.now() + step.timeoutMs;
  let tries = NO_TRIES;
  for (let attempt = 1;; attempt++) {
    begin(all, step, attempt);
    const input = inputOf(all, step, attempt, inputs);
    const result = await world.attempt(step, input, deadline - world.now());
    if ("output" in result) return succeed(all, step, attempt, result.output);
    const { failure } = result;
    if (failure.kind === "cancelled") return cancel(all, step, attempt, failure);
    tries = countTry(tries, failure);
    const verdict = verdictOn(failure, tries, step.retry, deadline - world.now());
    if (!verdict.again) return fail(all, step, attempt, failure.error);
    wait(all, step, attempt, failure, verdict.delayMs);
    await world.sleep(verdict.delayMs);
    if (world.cancelled() && !shielded) return cancel(all, step, attempt, failure);
  }
}

function inputOf(
  { run, records }: Interpretation,
  step: ActionStep,
  attempt: number,
  inputs: { [key: string]: Json },
): StepInput {
  const { path, id, title, uses } = step;
  const history = CATALOG[uses]?.needsHistory ? { history: records.history() } : {};
  return { run, step: { path, id, title, uses, attempt }, with: inputs, ...history };
}

function begin({ records, world }: Interpretation, step: ActionStep, attempt: number): void {
  const at = new Date(world.now()).toISOString();
  const startedAt = records.of(step).startedAt ?? at;
  records.update(step, { status: "running", attempt, startedAt });
  world.note({ stepPath: step.path, attempt, phase: "running" });
}

function wait(
  { records, world }: Interpretation,
  step: ActionStep,
  attempt: number,
  { error }: AttemptFailure,
  delayMs: number,
): void {
  records.update(step, { status: "waiting" });
  const reason = `attempt ${attempt} failed; the next follows after ${delayMs} ms`;
  world.note({ stepPath: step.path, attempt, phase: "waiting", reason, error });
}

function succeed(all: Interpretation, step: ActionStep, attempt: number, output: StepOutput): void {
  const { outputs, artifacts, summary, skipped, cancelled } = output;
  const chars = JSON.stringify(outputs).length;
  if (chars > OUTPUT_CHARS) {
    const message = `its outputs have ${chars} characters; ${OUTPUT_CHARS} are allowed`;
    return fail(all, step, attempt, { code: "internal", message });
  }
  const phase = cancelled ? "cancelled" : skipped === undefined ? "completed" : "skipped";
  const reason = skipped === undefined ? {} : { reason: skipped };
  end(all, step, { phase, attempt, outputs, artifacts, summary, ...reason });
}

function cancel(
  all: Interpretation,
  step: ActionStep,
  attempt: number,
  { error }: AttemptFailure,
): void {
  const reason = error.code === "cancelled" ? "the run was cancelled" : error.message;
  end(all, step, { phase: "cancelled", attempt, reason });
}

function fail(all: Interpretation, step: ActionStep, attempt: number, error: StepError): void {
  const tolerated = step.continueOnError ? { tolerated: true } : {};
  end(all, step, { phase: "failed", attempt, error, ...tolerated });
}

interface Ending extends Partial<StepOutput> {
  phase: "completed" | "failed" | "skipped" | "cancelled";
  attempt: number;
  reason?: string;
  error?: StepError;
  tolerated?: boolean;
}

function end({ records, world }: Interpretation, step: ActionStep, ending: Ending): void {
  const { phase, attempt, skipped: _, cancelled: __, ...rest } = ending;
  const endedAt = new Date(world.now()).toISOString();
  records.update(step, { ...rest, status: phase, attempt, endedAt });
  world.note({ stepPath: step.path, attempt, phase, ...rest });
}
