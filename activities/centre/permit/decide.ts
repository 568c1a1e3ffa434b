/**
 * Whether a disruptive step may act: pure, from the accepted run and what the workflow asks.
 *
 * @module
 */
import {
  canonicalJson,
  type IssuePermitInput,
  PERMIT_TTL_MS,
  type PermitPayload,
  withHash,
} from "../../contract/mod.ts";
import type { Caller, PermitPlanNode, PermitRun } from "../ports.ts";

/** The payload to sign, or why there is none. */
export type Decision = { payload: PermitPayload } | { refusal: string };

/** Statuses in which a run may still act. */
const ACTIVE = ["accepted", "running", "waiting"];

/** Decides; `now` is the control plane's clock. */
export async function decide(
  run: PermitRun | null,
  input: IssuePermitInput,
  caller: Caller,
  now: Date,
): Promise<Decision> {
  if (run === null) return { refusal: `no run \`${input.runId}\` was accepted` };
  const refusal = runRefusal(run, input, caller);
  if (refusal !== undefined) return { refusal };
  const step = findStep(run.plan.steps, input.stepPath);
  if (step === undefined) return { refusal: `the plan has no step \`${input.stepPath}\`` };
  if (step.risk !== "disruptive") return { refusal: `step \`${step.path}\` needs no permit` };
  if (canonicalJson(step.with) !== canonicalJson(input.with)) {
    return { refusal: `the inputs of step \`${step.path}\` are not those of the plan` };
  }
  return {
    payload: {
      v: 1,
      runId: run.id,
      planHash: run.planHash,
      stepPath: step.path,
      uses: step.uses,
      node: run.node,
      withHash: await withHash(step.with),
      dryRun: run.dryRun,
      issuedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + PERMIT_TTL_MS).toISOString(),
    },
  };
}

function runRefusal(
  run: PermitRun,
  input: IssuePermitInput,
  caller: Caller,
): string | undefined {
  if (run.id !== input.runId || caller.workflowId !== run.id) {
    return `workflow \`${caller.workflowId}\` does not carry out run \`${input.runId}\``;
  }
  if (run.temporalRunId !== null && run.temporalRunId !== caller.temporalRunId) {
    return "another workflow carries out this run";
  }
  if (run.cancelRequestedAt !== null) return `the run was cancelled at ${run.cancelRequestedAt}`;
  if (!ACTIVE.includes(run.status)) return `the run has ended: ${run.status}`;
  if (run.plan.hash !== run.planHash) return "the stored plan is not the one that was accepted";
  return undefined;
}

function findStep(
  steps: readonly PermitPlanNode[],
  path: string,
): Extract<PermitPlanNode, { kind: "action" }> | undefined {
  for (const step of steps) {
    if (step.kind === "action" && step.path === path) return step;
    const inner = step.kind === "parallel" ? findStep(step.steps, path) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
