/**
 * What the control plane's activities stand on: its store, keys and artifacts.
 *
 * @module
 */
import type { CentrePorts } from "../../activities/centre/mod.ts";
import { createPermitSigner, StepFailure } from "../../activities/contract/mod.ts";
import type { PlanNode } from "../../runbooks/language/plan.ts";
import type { RunBus } from "../api/mod.ts";
import type { ArtifactDirectory, Store } from "../store/mod.ts";
import { errorText } from "./log.ts";
import type { PermitLedger } from "./permit_ledger.ts";
import type { Ownership } from "./temporal/ownership.ts";

/** What they are made of. */
export interface CentrePortsOptions {
  store: Store;
  artifacts: ArtifactDirectory;
  ownership: Ownership;
  bus: RunBus;
  ledger: PermitLedger;
  permitPrivatePem: string;
}

/** Wires the ports. */
export async function createCentrePorts(options: CentrePortsOptions): Promise<CentrePorts> {
  const { store, artifacts, ownership, bus, ledger } = options;
  const sign = await createPermitSigner(options.permitPrivatePem);

  const asked = async (answer: Promise<boolean>): Promise<boolean> => {
    try {
      return await answer;
    } catch (error) {
      throw new StepFailure("unavailable", `Temporal cannot be asked: ${errorText(error)}`);
    }
  };

  return {
    now: () => new Date(),
    record: {
      async steps(runId) {
        const plan = await store.runs.plan(runId);
        return plan && pathsOf(plan.steps);
      },
      async record(transitions) {
        const at = new Date().toISOString();
        let written = await store.runs.record(transitions, at);
        const first = transitions[0];
        if (written.refused > 0 && first) {
          // Binds the run on first contact; a stranger stays unbound and is refused again.
          await asked(ownership.holds(first.runId, first.temporalRunId));
          const again = await store.runs.record(transitions, at);
          written = { runs: [...written.runs, ...again.runs], refused: again.refused };
        }
        for (const id of new Set(written.runs)) bus.publish(id);
        return { refused: written.refused };
      },
    },
    permits: {
      async run(id) {
        const run = await store.runs.get(id);
        const plan = await store.runs.plan(id);
        return run && plan ? { ...run, plan } : null;
      },
      async decide(decision) {
        const { runId, temporalRunId } = decision;
        const known = decision.refusal !== undefined ||
          await asked(ownership.recognises(runId, temporalRunId));
        const refusal = "the workflow is not the one started for this run";
        return await ledger.enter(known ? decision : { ...decision, refusal });
      },
      sign,
    },
    artifacts: {
      async put(bytes, { runId: _run, ...meta }) {
        const sha256 = await artifacts.put(bytes);
        const at = new Date().toISOString();
        await store.artifacts.add({ sha256, bytes: bytes.byteLength, at, by: "centre" });
        return { sha256, bytes: bytes.byteLength, ...meta };
      },
    },
  };
}

function pathsOf(steps: PlanNode[]): string[] {
  return steps.flatMap((step) => step.kind === "action" ? [step.path] : pathsOf(step.steps));
}
