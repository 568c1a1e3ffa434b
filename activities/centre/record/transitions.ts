/**
 * `record.transitions`: a run's progress on its way into the database.
 *
 * @module
 */
import { type RecordTransitionsInput, StepFailure } from "../../contract/mod.ts";
import type { Caller, CentrePorts } from "../ports.ts";

/** Makes the activity. A workflow can only write its own run's record. */
export function createRecordTransitions(
  { record }: Pick<CentrePorts, "record">,
): (input: RecordTransitionsInput, caller: Caller) => Promise<void> {
  return async ({ transitions }, caller) => {
    const foreign = transitions.some(({ runId, temporalRunId }) =>
      runId !== caller.workflowId || temporalRunId !== caller.temporalRunId
    );
    if (foreign) throw new StepFailure("refused", "these transitions are not the caller's own");
    const { refused } = await record.record(transitions);
    if (refused > 0) throw new StepFailure("refused", "the record belongs to another workflow");
  };
}
