/**
 * Carries out a plan: steps in order, `parallel` beside one another, and the run's own end.
 *
 * @module
 */
import type { RunHead, StepError } from "../../activities/contract/mod.ts";
import type { ActionStep, Plan, PlanNode } from "../../runbooks/language/plan.ts";
import { gateOf } from "./condition.ts";
import type { World } from "./ports.ts";
import { actionsOf, contextOf, Records } from "./records.ts";
import { type Interpretation, runStep } from "./step.ts";

/** What a run came to. */
export interface RunEnd {
  status: "completed" | "failed" | "cancelled";
  /** One sentence for a person. */
  summary: string;
}

/** Carries out the plan to its end; never rejects. */
export async function interpret(run: RunHead, plan: Plan, world: World): Promise<RunEnd> {
  const records = new Records(plan.steps);
  const all: Interpretation = { run, plan, records, world };
  world.note({ stepPath: "", attempt: 0, phase: "running" });
  await runSequence(all, plan.steps);
  const { error, ...end } = endOf(records, world.cancelled());
  world.note({
    ...{ stepPath: "", attempt: 0, phase: end.status, summary: end.summary },
    ...(error === undefined ? {} : { error }),
  });
  return end;
}

async function runSequence(all: Interpretation, steps: readonly PlanNode[]): Promise<void> {
  for (const step of steps) await runNode(all, step);
}

async function runNode(all: Interpretation, step: PlanNode): Promise<void> {
  if (step.kind === "action") return await runStep(all, step);
  const { plan, run, records, world } = all;
  const gate = gateOf(step.if, contextOf(plan, run.id, records, world.cancelled()));
  if (gate.open || gate.cause === "cancelled" || gate.cause === "failure") {
    // What stops the group for want of success must still ask each step: one may say `always()`.
    await Promise.all(step.steps.map((inner) => runNode(all, inner)));
    return;
  }
  actionsOf(step.steps).forEach((inner) => leaveOut(all, inner, gate));
}

function leaveOut(
  { records, world }: Interpretation,
  step: ActionStep,
  { cause, reason }: { cause: string; reason: string },
): void {
  const endedAt = new Date(world.now()).toISOString();
  const base = { stepPath: step.path, attempt: 0 };
  if (cause === "error") {
    const error = { code: "invalid_argument", message: reason };
    records.update(step, { status: "failed", endedAt, error });
    world.note({ ...base, phase: "failed", error });
  } else {
    records.update(step, { status: "skipped", endedAt, reason });
    world.note({ ...base, phase: "skipped", reason });
  }
}

function endOf(records: Records, cancelled: boolean): RunEnd & { error?: StepError } {
  const failure = records.failure();
  const report = records.all().findLast(({ uses, status }) =>
    uses === "report.compose" && status === "completed"
  );
  const headline = report?.summary;
  if (cancelled) return { status: "cancelled", summary: headline ?? "The run was cancelled." };
  if (failure !== undefined) {
    const { code = "internal", message = "no reason given", hint } = failure.error ?? {};
    const error = {
      ...{ code, message: `${failure.id}: ${message}` },
      ...(hint === undefined ? {} : { hint }),
    };
    return { status: "failed", summary: `${failure.id} failed: ${message}`, error };
  }
  const done = records.all().filter(({ status }) => status === "completed").length;
  return {
    status: "completed",
    summary: headline ?? `${done} of ${records.all().length} steps completed.`,
  };
}
