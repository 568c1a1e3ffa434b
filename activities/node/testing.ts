/**
 * Ports of a node for tests: the guard and the collector answer from a script, artifacts stay in
 * memory.
 *
 * @module
 */
import { generateKeyPairSync } from "node:crypto";
import type {
  Assessment,
  GpuStatus,
  KillPlan,
  Order,
  OrderOutcome,
  PanoramaResult,
  ProfileResult,
} from "../../native/contract/mod.ts";
import {
  createPermitSigner,
  createPermitVerifier,
  type Json,
  type PermitPayload,
  type StepInput,
  withHash,
} from "../contract/mod.ts";
import type { ArtifactMeta, CallOptions, NodePorts, PermitAuthority } from "./ports.ts";

const AT = "2026-11-23T12:00:00.000Z";
const MIB = 1024 * 1024;

/** The scope's state in all answers. */
export const ASSESSMENT: Assessment = {
  ...{ at: AT, scope: "cgroup:/lab", level: "urgent", headroomBytes: 24 * MIB },
  ...{ totalBytes: 512 * MIB, warningHeadroomBytes: 102 * MIB },
  ...{ urgentHeadroomBytes: 51 * MIB, criticalHeadroomBytes: 20 * MIB },
  reason: "24 MiB free of 512 MiB (4.6 %), below the urgent threshold of 10 %",
  figures: {
    ...{ availableBytes: null, swapFreeBytes: null, swapTotalBytes: null },
    ...{ usageBytes: 488 * MIB, limitBytes: 512 * MIB, reclaimableBytes: 0 },
    ...{ psiSomeAvg10: 12.5, psiFullAvg10: 3, oomKills: 0 },
  },
};

/** A plan with one victim and one protected process. */
export const PLAN: KillPlan = {
  ...{ at: AT, scope: "cgroup:/lab", level: "urgent", headroomBytes: 24 * MIB },
  ...{ targetHeadroomBytes: 102 * MIB, neededBytes: 78 * MIB, predictedBytes: 380 * MIB },
  victims: [{
    ...{ rank: 1, pid: 4242, startTime: 99, name: "leaker", cmdline: "leaker", uid: 0 },
    ...{ cgroup: "/lab", oomScoreAdj: 0, scoreBytes: 380 * MIB, rssBytes: 390 * MIB },
    ...{ chosen: true, reason: "frees 380 MiB" },
  }],
  protected: [{ pid: 1, name: "init", rule: "builtin pid 1" }],
  policyHash: "f".repeat(64),
  missing: [],
};

/** What a test changes of a node. */
export interface NodeScript {
  order?: (order: Order, options: CallOptions) => Promise<OrderOutcome> | OrderOutcome;
  assess?: () => Promise<Assessment>;
  gpu?: GpuStatus;
  put?: (meta: ArtifactMeta, signal: AbortSignal) => Promise<void>;
  permitAuthority?: PermitAuthority;
}

/** A node for tests. */
export interface TestNode {
  ports: NodePorts;
  /** Orders the guard got. */
  orders: Order[];
  /** Artifacts that were kept. */
  kept: ArtifactMeta[];
  /** Signs a permit for a step of this node. */
  permit(input: StepInput, change?: Partial<PermitPayload>): Promise<string>;
}

/** Makes one. */
export async function testNode(script: NodeScript = {}): Promise<TestNode> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const sign = await createPermitSigner(privateKey);
  const orders: Order[] = [];
  const kept: ArtifactMeta[] = [];
  const ports: NodePorts = {
    nodeId: "n",
    now: () => new Date(AT),
    verifyPermit: await createPermitVerifier(publicKey),
    permitAuthority: script.permitAuthority ?? (() => Promise.resolve({ stands: true })),
    guard: {
      assess: script.assess ?? (() => Promise.resolve(ASSESSMENT)),
      plan: () => Promise.resolve(PLAN),
      order: async (order, options) => {
        orders.push(order);
        return await (script.order ?? outcome)(order, options);
      },
    },
    collector: {
      panorama: () => Promise.resolve(PANORAMA),
      profile: () => Promise.resolve(PROFILE),
      gpuStatus: () => Promise.resolve(script.gpu ?? NO_GPU),
    },
    scratch: {
      create: () => Promise.resolve({ path: "scratch", [Symbol.asyncDispose]: async () => {} }),
    },
    artifacts: {
      put: async (_, meta, { signal }) => {
        await script.put?.(meta, signal);
        kept.push(meta);
        const { runId: _run, ...ref } = meta;
        return { sha256: "a".repeat(64), bytes: 1, ...ref };
      },
    },
  };
  const permit = async (input: StepInput, change: Partial<PermitPayload> = {}) =>
    await sign({
      ...{ v: 1, runId: input.run.id, planHash: input.run.planHash, stepPath: input.step.path },
      ...{ uses: input.step.uses, node: "n", withHash: await withHash(input.with) },
      ...{ dryRun: input.run.dryRun, issuedAt: AT, expiresAt: "2026-11-23T12:02:00.000Z" },
      ...change,
    });
  return { ports, orders, kept, permit };
}

/** A step's input. */
export function inputOf(uses: string, inputs: { [key: string]: Json }, dryRun = false): StepInput {
  return {
    run: {
      ...{ id: "r", runbook: "near-oom", runbookHash: "h", planHash: "p", node: "n", dryRun },
      ...{ acceptedAt: "2026-11-23T11:59:59.000Z", trigger: { kind: "manual", by: "test" } },
    },
    step: { path: "step", id: "step", title: uses, uses, attempt: 1 },
    with: inputs,
  };
}

/** A guard's answer to an order. */
export function outcome({ key, dryRun }: Order): OrderOutcome {
  return {
    key,
    status: dryRun ? "dry_run" : "relieved",
    summary: dryRun ? "1 process would be killed" : "1 process was killed",
    plan: PLAN,
    kills: dryRun ? [] : [{
      ...{ pid: 4242, startTime: 99, name: "leaker", signal: "SIGTERM", at: AT, goneAt: AT },
      ...{ predictedBytes: 380 * MIB, freedBytes: 376 * MIB, outcome: "exited" },
    }],
    before: ASSESSMENT,
    after: dryRun ? ASSESSMENT : { ...ASSESSMENT, level: "ok", headroomBytes: 400 * MIB },
    groupFreedBytes: dryRun ? 0 : 376 * MIB,
    recoveredMs: dryRun ? null : 84,
    supersededBy: null,
    replayed: false,
  };
}

const NO_GPU: GpuStatus = { available: false, reason: null, driverVersion: null, devices: [] };

const PANORAMA: PanoramaResult = {
  ...{ capturedAt: AT, elapsedMs: 40, totalBytes: 512 * MIB, residualBytes: MIB },
  file: { path: "scratch/p.json", kind: "panorama", mediaType: "application/json", bytes: 9 },
  parts: [{ id: "anonymous", title: "Anonymous", bytes: 400 * MIB, source: "meminfo" }],
  top: [{
    ...{ pid: 4242, name: "leaker", cgroup: "/lab", uid: 0, pssBytes: 380 * MIB },
    ...{ pssAnonBytes: 380 * MIB, rssBytes: 390 * MIB, swapBytes: 0 },
  }],
  missing: [],
};

const PROFILE: ProfileResult = {
  ...{ startedAt: AT, elapsedMs: 5_000, hz: 99, samples: 400, lost: 0, unknownFrames: 0.01 },
  top: [{ function: "leak", module: "leaker", self: 300, total: 400 }],
  files: [
    { path: "scratch/a", kind: "pprof", mediaType: "application/octet-stream", bytes: 3 },
    { path: "scratch/b", kind: "collapsed", mediaType: "text/plain", bytes: 3 },
  ],
  missing: [],
};
