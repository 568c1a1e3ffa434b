/**
 * Interprets a runbook's plan, durably. The workflow id is the run id. Changes within version 1
 * must keep the histories in `tests/replay/histories` replaying.
 *
 * @module
 */
import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  sleep,
  workflowInfo,
} from "@temporalio/workflow";
import type { RunHead, StepInput } from "../activities/contract/mod.ts";
import type { ActionStep, Plan } from "../runbooks/language/plan.ts";
import {
  callAction,
  CENTRE_QUEUE,
  issuePermit,
  nodeQueue,
  recordTransitions,
} from "./activities.ts";
import { explain } from "./failure.ts";
import { interpret, type RunEnd } from "./interpreter/interpret.ts";
import type { AttemptFailure, AttemptResult, World } from "./interpreter/ports.ts";
import { Recorder } from "./recorder.ts";

/** What the control plane starts it with. */
export interface RunbookInput {
  /** The accepted run. */
  run: RunHead;
  /** What to carry out. */
  plan: Plan;
}

/** What it returns; the database has the rest. */
export type RunbookResult = RunEnd;

/** The control plane, in words. */
const CENTRE = "the control plane";
/** Shortest time that is worth an attempt, milliseconds. */
const SHORTEST_BUDGET_MS = 10;

/** Carries out `plan`; fails only when it is not one this version can read. */
export async function runbookV1({ run, plan }: RunbookInput): Promise<RunbookResult> {
  const { runId: temporalRunId } = workflowInfo();
  if (typeof run?.id !== "string") throw invalid("the input names no run");
  if (plan?.interpreter !== "runbook-v1" || !Array.isArray(plan.steps)) {
    throw invalid("the plan is not for runbook-v1");
  }
  const recorder = new Recorder({
    runId: run.id,
    temporalRunId,
    now: Date.now,
    write: recordTransitions,
    isFinal: (error) => ["refused", "invalid_argument"].includes(explainCode(error)),
  });
  const root = CancellationScope.current();
  const world: World = {
    now: Date.now,
    sleep: sleepOrCancel,
    attempt: (step, input, budgetMs) => attempt(step, input, plan.node, budgetMs),
    note: (transition) => recorder.note(transition),
    cancelled: () => root.consideredCancelled,
    shield: (work) => CancellationScope.nonCancellable(work),
  };
  const written = CancellationScope.nonCancellable(() => recorder.run());
  const end = await interpret({ ...run, title: plan.runbook.title }, plan, world);
  recorder.close();
  await written;
  return end;
}

function invalid(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, "invalid_argument");
}

async function attempt(
  step: ActionStep,
  input: StepInput,
  node: string,
  budgetMs: number,
): Promise<AttemptResult> {
  const deadline = Date.now() + budgetMs;
  const left = () => Math.max(deadline - Date.now(), SHORTEST_BUDGET_MS);
  const onNode = step.where === "node";
  const name = onNode ? `node ${node}` : CENTRE;
  let permit: { permit?: string } = {};
  try {
    if (step.risk === "disruptive") permit = await permitFor(input, left());
  } catch (error) {
    return { failure: permitFailure(error, left()) };
  }
  try {
    const queue = onNode ? nodeQueue(node) : CENTRE_QUEUE;
    return { output: await callAction({ ...input, ...permit }, queue, left()) };
  } catch (error) {
    return { failure: explain(error, { name, budgetMs, cancelled: cancelReached() }) };
  }
}

async function permitFor(input: StepInput, budgetMs: number): Promise<{ permit: string }> {
  const { run, step, with: inputs } = input;
  const request = { runId: run.id, stepPath: step.path, with: inputs };
  const { permit } = await issuePermit(request, budgetMs);
  return { permit };
}

/** A permit has its own, shorter time; when that passes, the step's time may not be over. */
function permitFailure(error: unknown, budgetMs: number): AttemptFailure {
  const failure = explain(error, { name: CENTRE, budgetMs, cancelled: cancelReached() });
  return failure.kind === "timed_out" ? { ...failure, kind: "lost" } : failure;
}

/** Whether a cancel of the run has reached the scope that asks; a shielded one it never does. */
function cancelReached(): boolean {
  return CancellationScope.current().consideredCancelled;
}

/** A timer that a cancel of the run ends early. */
async function sleepOrCancel(ms: number): Promise<void> {
  try {
    await sleep(ms);
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}

function explainCode(error: unknown): string {
  return explain(error, { name: CENTRE, budgetMs: 0, cancelled: false }).error.code;
}
