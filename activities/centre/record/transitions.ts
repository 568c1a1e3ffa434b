/**
 * `record.transitions`: a run's progress on its way into the database.
 *
 * @module
 */
import {
  type RecordTransitionsInput,
  StepFailure,
  type Transition,
  TRANSITION_LIMITS,
  transitionProblem,
} from "../../contract/mod.ts";
import type { Caller, CentrePorts } from "../ports.ts";

/**
 * Makes the activity. A workflow can only write its own run's record, and only what a record can
 * hold: whoever reaches Temporal can start a workflow that says anything.
 */
export function createRecordTransitions(
  { record }: Pick<CentrePorts, "record">,
): (input: RecordTransitionsInput, caller: Caller) => Promise<void> {
  return async (input, caller) => {
    const transitions = checked(input);
    const foreign = transitions.some(({ runId, temporalRunId }) =>
      runId !== caller.workflowId || temporalRunId !== caller.temporalRunId
    );
    if (foreign) throw new StepFailure("refused", "these transitions are not the caller's own");
    const steps = await record.steps(caller.workflowId);
    const stray = steps &&
      transitions.find(({ stepPath }) => stepPath !== "" && !steps.includes(stepPath));
    if (stray) throw invalid(`the plan has no step \`${stray.stepPath.slice(0, 100)}\``);
    const { refused } = await record.record(transitions);
    if (refused > 0) throw new StepFailure("refused", "the record belongs to another workflow");
  };
}

function checked(input: unknown): Transition[] {
  const { transitions } = (input ?? {}) as { transitions?: unknown };
  if (!Array.isArray(transitions) || transitions.length > TRANSITION_LIMITS.list) {
    throw invalid(`\`transitions\` must be a list of at most ${TRANSITION_LIMITS.list}`);
  }
  for (const transition of transitions) {
    const problem = transitionProblem(transition);
    if (problem !== undefined) throw invalid(problem);
  }
  return transitions;
}

function invalid(message: string): StepFailure {
  return new StepFailure("invalid_argument", message);
}
