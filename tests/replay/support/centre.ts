/**
 * A control plane in memory behind the real centre activities: accepted runs, their record, permits
 * signed with a real key.
 *
 * @module
 */
import { createHash, generateKeyPairSync } from "node:crypto";
import {
  type CentrePorts,
  createCentreActivities,
  type PermitPlanNode,
  type PermitRun,
} from "../../../activities/centre/mod.ts";
import {
  createPermitSigner,
  createPermitVerifier,
  type PermitPayload,
  type RunHead,
  type Transition,
} from "../../../activities/contract/mod.ts";
import type { Plan } from "../../../runbooks/language/mod.ts";

/** What the tests see of it. */
export class MemoryCentre {
  readonly transitions: Transition[] = [];
  readonly audit: { stepPath: string; refusal?: string }[] = [];
  readonly artifacts = new Map<string, { kind: string; text: string }>();
  readonly runs = new Map<string, PermitRun>();
  /** Runs before each write of the record; may wait or throw. */
  beforeRecord: () => Promise<void> = async () => {};
  verify!: (permit: string) => Promise<PermitPayload>;
  #sign!: (payload: PermitPayload) => Promise<string>;

  /** Makes one with a fresh key. */
  static async create(): Promise<MemoryCentre> {
    const centre = new MemoryCentre();
    const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    centre.#sign = await createPermitSigner(privateKey);
    centre.verify = await createPermitVerifier(publicKey);
    return centre;
  }

  /** Accepts a run. */
  accept(plan: Plan, id: string): RunHead {
    this.runs.set(id, {
      ...{ id, status: "running", node: plan.node, dryRun: plan.dryRun, plan },
      ...{ cancelRequestedAt: null, temporalRunId: null, planHash: plan.hash },
    });
    return {
      ...{ id, runbook: plan.runbook.name, runbookHash: plan.runbook.hash },
      ...{ planHash: plan.hash, node: plan.node, dryRun: plan.dryRun },
      acceptedAt: "2026-11-23T12:00:00.000Z",
      trigger: { kind: "manual", by: "test" },
    };
  }

  /** The steps' transitions as `path phase`, in the workflow's order, each once. */
  story(id: string): string[] {
    const own = this.transitions.filter(({ runId }) => runId === id);
    const bySeq = new Map(own.map((transition) => [transition.seq, transition]));
    return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
      .map(({ stepPath, phase }) => `${stepPath || "run"} ${phase}`);
  }

  /** The last transition of a step (or of the run, ""). */
  last(id: string, stepPath: string): Transition | undefined {
    return this.transitions.filter((transition) =>
      transition.runId === id && transition.stepPath === stepPath
    ).sort((a, b) => a.seq - b.seq).at(-1);
  }

  /** What the worker of `pitcrew-centre` registers. */
  activities() {
    return createCentreActivities(this.#ports());
  }

  #ports(): CentrePorts {
    return {
      now: () => new Date(),
      record: {
        steps: (runId) => {
          const run = this.runs.get(runId);
          return Promise.resolve(run ? pathsOf(run.plan.steps) : null);
        },
        record: async (transitions) => {
          await this.beforeRecord();
          this.transitions.push(...transitions);
          const refused = transitions.filter(({ runId }) => !this.runs.has(runId)).length;
          return { refused };
        },
      },
      permits: {
        run: (id) => Promise.resolve(this.runs.get(id) ?? null),
        decide: ({ stepPath, refusal }) => {
          this.audit.push({ stepPath, ...(refusal === undefined ? {} : { refusal }) });
          return Promise.resolve({ ok: true });
        },
        sign: (payload) => this.#sign(payload),
      },
      artifacts: {
        put: (bytes, { runId: _, ...meta }) => {
          const sha256 = createHash("sha256").update(bytes).digest("hex");
          this.artifacts.set(sha256, { kind: meta.kind, text: new TextDecoder().decode(bytes) });
          return Promise.resolve({ sha256, bytes: bytes.length, ...meta });
        },
      },
    };
  }
}

function pathsOf(steps: PermitPlanNode[]): string[] {
  return steps.flatMap((step) => step.kind === "action" ? [step.path] : pathsOf(step.steps));
}
