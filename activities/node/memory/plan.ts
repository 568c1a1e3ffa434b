/**
 * `memory.plan`: who a kill would take now, and who is left alone. Nothing is touched.
 *
 * @module
 */
import { bytesText, count, type PlanOutputs } from "../../contract/mod.ts";
import { checkInput } from "../inputs.ts";
import type { NodePorts } from "../ports.ts";
import type { NodeStep } from "../step.ts";

const DEADLINE_MS = 8_000;
/** Entries of each list, so that the answer stays far below 64 KiB. */
const MOST = 100;

/** Makes the step. */
export function createPlan({ guard }: Pick<NodePorts, "guard">): NodeStep<PlanOutputs> {
  return async (input, signal) => {
    checkInput(input, "memory.plan");
    const { scope, target, policy } = input.with as {
      scope: string;
      target?: string;
      policy?: string;
    };
    const plan = await guard.plan({
      scope,
      ...(target === undefined ? {} : { target }),
      ...(policy === undefined ? {} : { centralPolicy: policy }),
    }, { deadlineMs: DEADLINE_MS, signal });
    const victims = plan.victims.slice(0, MOST).map((victim) => ({
      rank: victim.rank,
      pid: victim.pid,
      startTime: victim.startTime,
      name: victim.name,
      scoreBytes: victim.scoreBytes,
      rssBytes: victim.rssBytes,
      chosen: victim.chosen,
      reason: victim.reason,
    }));
    const chosen = plan.victims.filter((victim) => victim.chosen).length;
    return {
      outputs: {
        at: plan.at,
        scope: plan.scope,
        level: plan.level,
        headroomBytes: plan.headroomBytes,
        targetHeadroomBytes: plan.targetHeadroomBytes,
        neededBytes: plan.neededBytes,
        predictedBytes: plan.predictedBytes,
        victims,
        protected: plan.protected.slice(0, MOST),
        victimsTotal: plan.victims.length,
        protectedTotal: plan.protected.length,
        policyHash: plan.policyHash,
        missing: plan.missing,
      },
      artifacts: [],
      summary: chosen === 0
        ? `${plan.level}: nobody would be killed`
        : `${plan.level}: ${count(chosen, "process", "processes")} would be killed, freeing ` +
          bytesText(plan.predictedBytes),
    };
  };
}
