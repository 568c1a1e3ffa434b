/**
 * `permit.issue`: the one place where a disruptive step is allowed or refused; either is audited.
 *
 * @module
 */
import {
  type IssuePermitInput,
  type IssuePermitOutput,
  StepFailure,
  withHash,
} from "../../contract/mod.ts";
import type { Caller, CentrePorts } from "../ports.ts";
import { decide } from "./decide.ts";

/** Makes the activity. */
export function createIssuePermit(
  { permits, now }: Pick<CentrePorts, "permits" | "now">,
): (input: IssuePermitInput, caller: Caller) => Promise<IssuePermitOutput> {
  return async (input, caller) => {
    const run = await permits.run(input.runId);
    const at = now();
    const decision = await decide(run, input, caller, at);
    const refusal = "refusal" in decision ? decision.refusal : undefined;
    const final = await permits.decide({
      runId: input.runId,
      temporalRunId: caller.temporalRunId,
      stepPath: input.stepPath,
      detail: {
        workflow: caller.workflowId,
        node: run?.node ?? null,
        uses: "payload" in decision ? decision.payload.uses : null,
        withHash: await withHash(input.with),
      },
      at: at.toISOString(),
      ...(refusal === undefined ? {} : { refusal }),
    });
    const no = refusal ?? (final.ok ? undefined : final.reason);
    if (no !== undefined || !("payload" in decision)) {
      throw new StepFailure("refused", `no permit: ${no}`);
    }
    const { payload } = decision;
    return { permit: await permits.sign(payload), expiresAt: payload.expiresAt };
  };
}
