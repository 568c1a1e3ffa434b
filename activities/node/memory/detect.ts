/**
 * `memory.detect`: how close a scope is to running out of memory.
 *
 * @module
 */
import { bytesText, type DetectOutputs, type Level } from "../../contract/mod.ts";
import { checkInput } from "../inputs.ts";
import type { NodePorts } from "../ports.ts";
import type { NodeStep } from "../step.ts";

/** Milliseconds for the guard's answer, a restart of the guard included. */
const DEADLINE_MS = 10_000;

/** Makes the step. */
export function createDetect({ guard }: Pick<NodePorts, "guard">): NodeStep<DetectOutputs> {
  return async (input, signal) => {
    checkInput(input, "memory.detect");
    const scope = input.with.scope as string;
    const assessment = await guard.assess({ scope }, { deadlineMs: DEADLINE_MS, signal });
    const { level, reason, figures } = assessment;
    const thresholds = {
      warningHeadroomBytes: assessment.warningHeadroomBytes,
      urgentHeadroomBytes: assessment.urgentHeadroomBytes,
      criticalHeadroomBytes: assessment.criticalHeadroomBytes,
    };
    return {
      outputs: {
        scope: assessment.scope,
        level,
        headroomBytes: assessment.headroomBytes,
        totalBytes: assessment.totalBytes,
        ...thresholds,
        reason,
        at: assessment.at,
        figures: { ...figures },
      },
      artifacts: [],
      summary: `${level}: ${reason}; ${marks(thresholds)}`,
    };
  };
}

/** Where the levels begin: `warning under 51.2 MiB, urgent under 25.6 MiB, …`. */
function marks(thresholds: Record<`${Exclude<Level, "ok">}HeadroomBytes`, number>): string {
  return Object.entries(thresholds)
    .map(([name, bytes]) => `${name.replace("HeadroomBytes", "")} under ${bytesText(bytes)}`)
    .join(", ");
}
