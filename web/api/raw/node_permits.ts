/**
 * Whether a permit still stands, asked by the node that is about to act on it. Answered from the
 * reader alone, so that no writer holds up a rescue.
 *
 * @module
 */
import { z } from "zod";
import type { PermitPayload } from "../../../activities/contract/mod.ts";
import type { RunRecord } from "../../store/mod.ts";
import { DayQuota } from "../access/day_quota.ts";
import { readJsonObject } from "../http/body.ts";
import { check } from "../http/input.ts";
import { nodeOf } from "./node_api.ts";
import type { RawCall, RawHandler } from "./raw.ts";

const Asked = z.object({ permit: z.string().min(1).max(8_192) });

/** Refusals of one node that a day's audit keeps; a node that is not ours to trust may ask more. */
const audited = new DayQuota(1_000);

/** `POST /node/v1/permits/check` */
export const permitCheck: RawHandler = async (call) => {
  const node = nodeOf(call);
  const { permit } = check(Asked, await readJsonObject(call.request, 16 * 1024));
  const payload = await call.ports.readPermit(permit).catch(() => null);
  const run = payload === null ? null : await call.ports.store.runs.get(payload.runId);
  const reason = whyNot(payload, run, node, new Date());
  if (reason === null) return Response.json({ stands: true });
  noteRefusal(call, node, payload, reason);
  return Response.json({ stands: false, reason });
};

/**
 * Why a permit does not stand, or null. The workflow was looked at when the permit was signed; a
 * run may still be unbound here, since the record of it may be late.
 */
function whyNot(
  payload: PermitPayload | null,
  run: RunRecord | null,
  node: string,
  now: Date,
): string | null {
  if (payload === null) return "this control plane did not sign it";
  if (payload.node !== node) return "it was issued for another node";
  if (run === null || run.node !== node) return "no such run was accepted for this node";
  if (run.cancelRequestedAt !== null) return `the run was cancelled at ${run.cancelRequestedAt}`;
  if (run.endedAt !== null) return `the run has ended: ${run.status}`;
  if (run.planHash !== payload.planHash) return "it was issued for another plan";
  const late = now.getTime() >= Date.parse(payload.expiresAt);
  return late ? `it expired at ${payload.expiresAt}` : null;
}

/** Tells the audit without waiting for it. */
function noteRefusal(
  { ports }: RawCall,
  node: string,
  payload: PermitPayload | null,
  reason: string,
): void {
  if (!audited.take(node, 1)) return;
  ports.store.audit.append([{
    at: new Date().toISOString(),
    actor: { kind: "node", name: node },
    action: "permit.check",
    target: payload === null ? `node/${node}` : `run/${payload.runId}`,
    outcome: "refused",
    detail: { step: payload?.stepPath ?? null, reason },
  }]).catch((error: Error) => {
    ports.log("error", "a refused permit check is not in the audit", {
      ...{ node, reason, why: error.message },
    });
  });
}
