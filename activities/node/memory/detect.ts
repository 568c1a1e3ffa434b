/**
 * `memory.detect`: how close a scope is to running out of memory.
 *
 * @module
 */
import type { DetectOutputs } from "../../contract/mod.ts";
import { checkInput } from "../inputs.ts";
import type { NodePorts } from "../ports.ts";
import type { NodeStep } from "../step.ts";
import { bytesText } from "../units.ts";

/** Milliseconds for the guard's answer, a restart of the guard included. */
const DEADLINE_MS = 10_000;

/** Makes the step. */
export function createDetect({ guard }: Pick<NodePorts, "guard">): NodeStep<DetectOutputs> {
  return async (input, signal) => {
    checkInput(input, "memory.detect");
    const scope = input.with.scope as string;
    const assessment = await guard.assess({ scope }, { deadlineMs: DEADLINE_MS, signal });
    const { level, headroomBytes, totalBytes, reason, at, figures } = assessment;
    return {
      outputs: {
        scope: assessment.scope,
        level,
        headroomBytes,
        totalBytes,
        reason,
        at,
        figures: { ...figures },
      },
      artifacts: [],
      summary: `${level}: ${bytesText(headroomBytes)} of ${bytesText(totalBytes)} left; ${reason}`,
    };
  };
}
