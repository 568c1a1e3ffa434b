import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { StepFailure } from "../../contract/mod.ts";
import type { Caller, PermitDecision, PermitPort, PermitRun } from "../ports.ts";
import { decide } from "./decide.ts";
import { createIssuePermit } from "./issue.ts";

const NOW = new Date("2026-11-23T12:00:00.000Z");
const CALLER: Caller = { workflowId: "r", temporalRunId: "t" };
const INPUT = { runId: "r", stepPath: "both/relieve", with: { scope: "node" } };
const RUN: PermitRun = {
  ...{ id: "r", status: "running", node: "n", dryRun: false, planHash: "p" },
  ...{ cancelRequestedAt: null, temporalRunId: null },
  plan: {
    hash: "p",
    steps: [
      { kind: "action", path: "detect", uses: "memory.detect", risk: "observe", with: {} },
      {
        kind: "parallel",
        steps: [{
          ...{ kind: "action", path: "both/relieve", uses: "memory.relieve" },
          ...{ risk: "disruptive", with: { scope: "node" } },
        }],
      },
    ],
  },
};

Deno.test("an accepted run's disruptive step is permitted, bound and for two minutes", async () => {
  const decision = await decide(RUN, INPUT, CALLER, NOW);
  assert("payload" in decision);
  const { withHash, ...payload } = decision.payload;
  assertMatch(withHash, /^[0-9a-f]{64}$/);
  assertEquals(payload, {
    ...{ v: 1, runId: "r", planHash: "p", stepPath: "both/relieve", uses: "memory.relieve" },
    ...{ node: "n", dryRun: false, issuedAt: "2026-11-23T12:00:00.000Z" },
    expiresAt: "2026-11-23T12:02:00.000Z",
  });
});

const REFUSALS: {
  why: RegExp;
  run?: Partial<PermitRun> | null;
  input?: Partial<typeof INPUT>;
  caller?: Partial<Caller>;
}[] = [
  { why: /no run `r` was accepted/, run: null },
  { why: /workflow `x` does not carry out/, caller: { workflowId: "x" } },
  { why: /another workflow/, run: { temporalRunId: "first" } },
  { why: /cancelled at/, run: { cancelRequestedAt: "2026-11-23T11:59:59.000Z" } },
  { why: /has ended: completed/, run: { status: "completed" } },
  { why: /not the one that was accepted/, run: { planHash: "q" } },
  { why: /no step `gone`/, input: { stepPath: "gone" } },
  { why: /needs no permit/, input: { stepPath: "detect", with: {} as typeof INPUT.with } },
  { why: /not those of the plan/, input: { with: { scope: "cgroup:/other" } } },
];

for (const { why, run, input, caller } of REFUSALS) {
  Deno.test(`refuses: ${why.source}`, async () => {
    const decision = await decide(
      run === null ? null : { ...RUN, ...run },
      { ...INPUT, ...input },
      { ...CALLER, ...caller },
      NOW,
    );
    assert("refusal" in decision);
    assertMatch(decision.refusal, why);
  });
}

function issue(port: Partial<PermitPort>, decisions: PermitDecision[] = []) {
  const permits: PermitPort = {
    run: () => Promise.resolve(RUN),
    decide: (decision) => {
      decisions.push(decision);
      return Promise.resolve({ ok: true });
    },
    sign: () => Promise.resolve("signed"),
    ...port,
  };
  return createIssuePermit({ permits, now: () => NOW });
}

Deno.test("every decision is audited, a refusal with its reason", async () => {
  const decisions: PermitDecision[] = [];
  assertEquals((await issue({}, decisions)(INPUT, CALLER)).permit, "signed");
  const rogue = issue({ run: () => Promise.resolve(null) }, decisions);
  await assertRejects(() => rogue(INPUT, CALLER), StepFailure, "no run `r` was accepted");
  assertEquals(decisions.map(({ refusal }) => refusal), [undefined, "no run `r` was accepted"]);
});

Deno.test("the database has the last word", async () => {
  const late = issue({
    decide: () => Promise.resolve({ ok: false, reason: "the run was cancelled just now" }),
    sign: () => Promise.reject(new Error("signed after a refusal")),
  });
  const error = await assertRejects(() => late(INPUT, CALLER), StepFailure, "cancelled just now");
  assertEquals(error.code, "refused");
});
