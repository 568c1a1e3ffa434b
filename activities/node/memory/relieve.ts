/**
 * `memory.relieve`: a bounded order to the guard, under a permit. The order's key is run and step,
 * never the attempt, so however often it is sent, the guard acts once.
 *
 * @module
 */
import type { Order, OrderOutcome } from "../../../native/contract/mod.ts";
import {
  type ArtifactRef,
  type PermitPayload,
  permitProblem,
  type RelieveOutputs,
  type RelieveWith,
  StepFailure,
  type StepInput,
} from "../../contract/mod.ts";
import { checkInput } from "../inputs.ts";
import { checkStands } from "./permit_stands.ts";
import type { NodePorts } from "../ports.ts";
import type { NodeStep } from "../step.ts";

const USES = "memory.relieve";
const DEFAULT_GRACE_MS = 2_000;
const DEFAULT_VICTIMS = 32;
/** Time beside the grace for signals, deaths and a restart of the guard, milliseconds. */
const MARGIN_MS = 60_000;
/** How long keeping the plan may take; evidence never delays a rescue. */
const EVIDENCE_MS = 3_000;
/** Entries of each list in the outputs; the artifact has all. */
const MOST = 32;

/** What it needs. */
export type RelievePorts = Pick<
  NodePorts,
  "nodeId" | "guard" | "artifacts" | "verifyPermit" | "permitAuthority" | "now"
>;

/** Makes the step. */
export function createRelieve(ports: RelievePorts): NodeStep<RelieveOutputs> {
  return async (input, signal) => {
    checkInput(input, USES);
    const permit = await admit(ports, input);
    const order = orderOf(input, permit);
    const deadlineMs = order.graceMs * order.maxVictims + MARGIN_MS;
    if (!order.dryRun) await checkStands(ports.permitAuthority, input.permit!, signal);
    const outcome = await ports.guard.order(order, { deadlineMs, signal });
    const plan = await keepPlan(ports, input, outcome);
    return {
      outputs: outputsOf(outcome),
      artifacts: "artifact" in plan ? [plan.artifact] : [],
      summary: outcome.summary + ("problem" in plan ? ` (${plan.problem})` : ""),
      ...(outcome.status === "cancelled" ? { cancelled: true } : {}),
    };
  };
}

/** The permit's payload; throws `refused` before anything is asked of the guard. */
async function admit(ports: RelievePorts, input: StepInput): Promise<PermitPayload> {
  if (typeof input.permit !== "string") {
    throw new StepFailure("refused", "there is no permit for this step", {
      hint: "start the run through the control plane",
    });
  }
  const permit = await ports.verifyPermit(input.permit);
  const problem = await permitProblem(permit, {
    runId: input.run.id,
    stepPath: input.step.path,
    uses: USES,
    node: ports.nodeId,
    with: input.with,
    dryRun: input.run.dryRun,
    now: ports.now(),
  });
  if (problem === undefined) return permit;
  throw new StepFailure("refused", `the permit does not allow this step: ${problem}`);
}

function orderOf(input: StepInput, permit: PermitPayload): Order {
  const { scope, target, grace, minLevel, maxVictims } = input.with as unknown as RelieveWith;
  const { dryRun } = input.run;
  return {
    key: `${input.run.id}/${input.step.path}`,
    scope,
    ...(target === undefined ? {} : { target }),
    dryRun,
    graceMs: graceMs(grace),
    issuedAt: input.run.acceptedAt,
    expiresAt: permit.expiresAt,
    // A dry run is asked in order to see the plan, so it plans at any level.
    minLevel: dryRun ? "ok" : minLevel ?? "warning",
    maxVictims: maxVictims ?? DEFAULT_VICTIMS,
  };
}

function graceMs(grace: string | number | undefined): number {
  if (grace === undefined) return DEFAULT_GRACE_MS;
  const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(String(grace)) ?? [];
  const ms = unit === undefined
    ? Number(grace)
    : Number(amount) * { ms: 1, s: 1_000, m: 60_000 }[unit as "ms" | "s" | "m"];
  if (ms <= 600_000) return ms;
  throw new StepFailure("invalid_argument", `a grace of ${ms} ms is longer than ten minutes`);
}

/** Keeps the plan as an artifact, or says why it could not be kept; never throws. */
async function keepPlan(
  { artifacts }: RelievePorts,
  input: StepInput,
  outcome: OrderOutcome,
): Promise<{ artifact: ArtifactRef } | { problem: string }> {
  const bytes = new TextEncoder().encode(JSON.stringify(outcome.plan, null, 2));
  const timeout = AbortSignal.timeout(EVIDENCE_MS);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener("abort", () => reject(timeout.reason), { once: true });
  });
  late.catch(() => {});
  try {
    const kept = artifacts.put({ bytes }, {
      runId: input.run.id,
      kind: "plan",
      mediaType: "application/json",
      name: "plan.json",
      capturedAt: outcome.plan.at,
    }, { signal: timeout });
    return { artifact: await Promise.race([kept, late]) };
  } catch (error) {
    return { problem: `the plan could not be kept: ${(error as Error).message}` };
  }
}

function outputsOf(outcome: OrderOutcome): RelieveOutputs {
  const { plan, before, after } = outcome;
  const chosen = plan.victims.filter((victim) => victim.chosen).slice(0, MOST);
  return {
    status: outcome.status,
    scope: plan.scope,
    levelBefore: before.level,
    levelAfter: after.level,
    headroomBeforeBytes: before.headroomBytes,
    headroomAfterBytes: after.headroomBytes,
    targetHeadroomBytes: plan.targetHeadroomBytes,
    predictedBytes: plan.predictedBytes,
    groupFreedBytes: outcome.groupFreedBytes,
    recoveredMs: outcome.recoveredMs,
    kills: outcome.kills.slice(0, MOST).map((kill) => ({ ...kill })),
    chosen: chosen.map(({ rank, pid, startTime, name, scoreBytes, reason }) => ({
      ...{ rank, pid, startTime, name, scoreBytes, reason },
    })),
    protected: plan.protected.slice(0, MOST),
    supersededBy: outcome.supersededBy,
    policyHash: plan.policyHash,
  };
}
