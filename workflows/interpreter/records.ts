/**
 * The run's state: one record a step, and what conditions make of them.
 *
 * @module
 */
import type { Json, StepRecord } from "../../activities/contract/mod.ts";
import type { ExpressionContext, RunState } from "../../runbooks/language/expression.ts";
import type { ActionStep, Plan, PlanNode } from "../../runbooks/language/plan.ts";

/** Characters of outputs that are handed on, as JSON. */
const HISTORY_CHARS = 512 * 1024;

/** Records of all actions, in plan order, by path. */
export class Records {
  readonly #byPath = new Map<string, StepRecord>();

  constructor(steps: readonly PlanNode[]) {
    for (const step of actionsOf(steps)) this.#byPath.set(step.path, emptyRecord(step));
  }

  /** The record of a step. */
  of(step: ActionStep): StepRecord {
    return this.#byPath.get(step.path)!;
  }

  /** Changes a step's record. */
  update(step: ActionStep, change: Partial<StepRecord>): void {
    this.#byPath.set(step.path, { ...this.of(step), ...change });
  }

  /** All, in plan order. */
  all(): StepRecord[] {
    return [...this.#byPath.values()];
  }

  /**
   * All, for an activity's input: outputs are left out of the later ones once they add up to
   * {@link HISTORY_CHARS}, because Temporal refuses inputs of more than 2 MiB.
   */
  history(): StepRecord[] {
    let left = HISTORY_CHARS;
    return this.all().map(({ outputs, ...head }) => {
      left -= outputs === undefined ? 0 : JSON.stringify(outputs).length;
      return outputs === undefined || left < 0 ? head : { ...head, outputs };
    });
  }

  /** The first failure that nobody tolerated. */
  failure(): StepRecord | undefined {
    return this.all().find(({ status, tolerated }) => status === "failed" && !tolerated);
  }
}

/** All actions of a plan, in order. */
export function actionsOf(steps: readonly PlanNode[]): ActionStep[] {
  return steps.flatMap((step) => step.kind === "action" ? [step] : actionsOf(step.steps));
}

function emptyRecord({ path, id, title, uses }: ActionStep): StepRecord {
  return {
    ...{ path, id, title, uses },
    status: "pending",
    attempt: 0,
    startedAt: null,
    endedAt: null,
    artifacts: [],
  };
}

/** How the run stands, for status functions. */
export function runState(records: Records, cancelled: boolean): RunState {
  const failure = records.failure() !== undefined;
  return { success: !failure && !cancelled, failure: failure && !cancelled, cancelled };
}

/** What an expression sees now. A tolerated failure still shows as `failed`. */
export function contextOf(
  plan: Plan,
  runId: string,
  records: Records,
  cancelled: boolean,
): ExpressionContext {
  const steps: ExpressionContext["steps"] = {};
  for (const { id, status, outputs } of records.all()) {
    steps[id] = { status, outputs: (outputs ?? {}) as { [key: string]: Json } };
  }
  for (const group of groupsOf(plan.steps)) {
    steps[group.id] = { status: groupStatus(group.steps, records), outputs: {} };
  }
  return {
    params: plan.params,
    steps,
    run: { id: runId, node: plan.node, dryRun: plan.dryRun },
    state: runState(records, cancelled),
  };
}

function groupsOf(steps: readonly PlanNode[]): Extract<PlanNode, { kind: "parallel" }>[] {
  return steps.flatMap((step) => step.kind === "parallel" ? [step, ...groupsOf(step.steps)] : []);
}

/** A `parallel` has failed or been cancelled as soon as one of its steps has. */
function groupStatus(steps: readonly PlanNode[], records: Records): string {
  const statuses = actionsOf(steps).map((step) => records.of(step));
  for (const status of ["failed", "cancelled", "running", "waiting", "pending"] as const) {
    if (statuses.some((record) => record.status === status && !record.tolerated)) return status;
  }
  return statuses.some(({ status }) => status === "completed") ? "completed" : "skipped";
}
