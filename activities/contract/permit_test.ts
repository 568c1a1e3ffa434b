import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { generateKeyPairSync, sign } from "node:crypto";
import { canonicalJson } from "./canonical.ts";
import { StepFailure } from "./errors.ts";
import {
  createPermitSigner,
  createPermitVerifier,
  type PermitExpectation,
  type PermitPayload,
  permitProblem,
  withHash,
} from "./permit.ts";

const INPUTS = { scope: "node", target: "20%" };
const STEP: PermitExpectation = {
  ...{ runId: "r", stepPath: "relieve", uses: "memory.relieve", node: "n", dryRun: false },
  with: INPUTS,
  now: new Date("2026-11-23T12:01:00.000Z"),
};

async function payload(change: Partial<PermitPayload> = {}): Promise<PermitPayload> {
  return {
    ...{ v: 1, runId: "r", planHash: "p", stepPath: "relieve", uses: "memory.relieve" },
    ...{ node: "n", withHash: await withHash(INPUTS), dryRun: false },
    ...{ issuedAt: "2026-11-23T12:00:00.000Z", expiresAt: "2026-11-23T12:02:00.000Z" },
    ...change,
  };
}

function keys() {
  return generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

Deno.test("a signed permit is read back as it was", async () => {
  const { privateKey, publicKey } = keys();
  const permit = await (await createPermitSigner(privateKey))(await payload());
  assertMatch(permit, /^[\w-]+\.[\w-]+$/);
  assertEquals(await (await createPermitVerifier(publicKey))(permit), await payload());
});

Deno.test("nothing but the control plane's key makes a permit", async () => {
  const [own, other] = [keys(), keys()];
  const verify = await createPermitVerifier(own.publicKey);
  const signed = await (await createPermitSigner(own.privateKey))(await payload());
  const [part, signature] = signed.split(".") as [string, string];
  const hello = "aGVsbG8";
  const bytes = sign(null, new TextEncoder().encode(hello), own.privateKey);
  const noJson = `${hello}.${bytes.toString("base64url")}`;
  const forged = btoa(canonicalJson(await payload({ node: "other" }))).replaceAll("=", "");
  const attempts = [
    ...["", ".", "a.b", part, `${part}.`, `${signed}.`, `${part}.${signature}x`, "é.é"],
    `${forged}.${signature}`,
    await (await createPermitSigner(other.privateKey))(await payload()),
    ...[`${signed}.x`, signed.slice(0, -4), `${part}.***`, noJson],
    "x".repeat(10_000),
  ];
  for (const permit of attempts) {
    const failure = await assertRejects(() => verify(permit), StepFailure);
    assertEquals(failure.code, "refused");
  }
});

Deno.test("a permit is good for one step of one run on one node", async () => {
  assertEquals(await permitProblem(await payload(), STEP), undefined);
  const others: [Partial<PermitExpectation>, RegExp][] = [
    [{ runId: "r2" }, /another run/],
    [{ stepPath: "again" }, /another step/],
    [{ uses: "memory.plan" }, /another action/],
    [{ node: "n2" }, /another node/],
    [{ dryRun: true }, /another dry run/],
    [{ with: { ...INPUTS, scope: "cgroup:/x" } }, /another inputs/],
    [{ with: { scope: "node" } }, /another inputs/],
    [{ now: new Date("2026-11-23T12:02:00.000Z") }, /expired/],
  ];
  for (const [change, why] of others) {
    assertMatch((await permitProblem(await payload(), { ...STEP, ...change }))!, why);
  }
});

Deno.test("the order of keys does not matter to a permit", async () => {
  assertEquals(
    await withHash({ a: 1, b: { c: 2, d: [3] } }),
    await withHash({
      b: { d: [3], c: 2 },
      a: 1,
    }),
  );
});

Deno.test("a permit whose times cannot be read permits nothing", async () => {
  assertMatch((await permitProblem(await payload({ expiresAt: "never" }), STEP))!, /expired/);
});
