import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { createPermitSigner, type PermitPayload } from "../../activities/contract/mod.ts";
import { done, ScriptedNode, untilCancelled } from "../replay/support/node.ts";
import { Centre } from "./support/centre.ts";
import { TestNode } from "./support/node.ts";
import { until } from "./support/wait.ts";

const start = async (centre: Centre): Promise<string> => {
  const started = await centre.ask("POST", "/api/v1/runs", { body: { runbook: "near-oom" } });
  assertEquals(started.status, 201, started.text);
  return started.body.id;
};

const auditOf = async (centre: Centre, action: string) =>
  (await centre.ask("GET", `/api/v1/audit?action=${action}`, { role: "admin" })).body.items as {
    outcome: string;
    actor: { kind: string; name: string };
    detail: { reason: string; recordedLate?: boolean };
  }[];

/** Takes the write lock of the control plane's database, as a backup tool would. */
function lock(centre: Centre) {
  const held = new DatabaseSync(join(centre.dataDir, "centre", "pitcrew.db"), { timeout: 5_000 });
  held.exec("begin immediate");
  return {
    /** Rows of permits; over this connection, since readers of the audit are themselves audited. */
    permits: () => held.prepare("select seq from audit where action = 'permit.issue'").all(),
    release() {
      held.exec("rollback");
      held.close();
    },
  };
}

Deno.test("a permit stands until its run is cancelled, for its node, and unforged", async () => {
  await using centre = await Centre.start();
  const scripts = new ScriptedNode({
    "memory.relieve": (_input, signal) => untilCancelled(signal),
  });
  await using node = await TestNode.start(centre, scripts);
  const id = await start(centre);
  await until("the node holds a permit", () => node.scripts.callsOf("memory.relieve").length > 0);
  const permit = node.scripts.callsOf("memory.relieve")[0]!.permit!;
  const { token } = centre.credentials();
  const check = async (asked: unknown) =>
    await centre.ask("POST", "/node/v1/permits/check", { token, body: { permit: asked } });

  assertEquals((await check(permit)).body, { stands: true });
  assertEquals((await check(7)).status, 400);
  const [payload, signature] = permit.split(".");
  const fields = JSON.parse(atob(payload!.replaceAll("-", "+").replaceAll("_", "/")));
  const forged = btoa(JSON.stringify({ ...fields, stepPath: "detect" }));
  assertMatch((await check(`${forged}.${signature}`)).body.reason, /did not sign/);
  // As the control plane itself would have signed it, with its key.
  const key = await Deno.readTextFile(join(centre.dataDir, "centre/keys/permit.ed25519"));
  const sign = await createPermitSigner(key);
  const changed = async (change: Partial<PermitPayload>) =>
    (await check(await sign({ ...fields, ...change }))).body.reason as string;
  assertMatch(await changed({ node: "other" }), /another node/);
  assertMatch(await changed({ runId: "other" }), /no such run/);
  assertMatch(await changed({ planHash: "other" }), /another plan/);
  assertMatch(await changed({ expiresAt: "2026-01-01T00:00:00.000Z" }), /expired/);

  await centre.ask("POST", `/api/v1/runs/${id}/cancel`, { body: {} });
  const cancelled = (await check(permit)).body;
  assertEquals(cancelled.stands, false);
  assertMatch(cancelled.reason, /cancelled at|has ended/);
  const rows = await until("the refusals are audited", async () => {
    const rows = await auditOf(centre, "permit.check");
    return rows.length === 6 ? rows : null;
  });
  assert(rows.every(({ outcome, actor }) => outcome === "refused" && actor.name === "local"));
});

Deno.test("a database that somebody holds delays the record of a permit, not the permit", async () => {
  await using centre = await Centre.start();
  const locked = Promise.withResolvers<void>();
  const scripts = new ScriptedNode({
    "memory.panorama": async () => {
      await locked.promise;
      return done();
    },
  });
  await using node = await TestNode.start(centre, scripts);
  const id = await start(centre);
  await until("the panorama is at work", () => node.scripts.callsOf("memory.panorama").length > 0);
  const { token } = centre.credentials();
  const held = lock(centre);
  try {
    locked.resolve();
    const [call] = await until("the order is out, the database still locked", () => {
      const calls = node.scripts.callsOf("memory.relieve");
      return calls.length > 0 ? calls : null;
    });
    const body = { permit: call!.permit };
    const check = await centre.ask("POST", "/node/v1/permits/check", { token, body });
    assertEquals(check.body, { stands: true });
    assertEquals(held.permits(), []);
  } finally {
    held.release();
  }
  const run = await until("the run ends", async () => {
    const { body } = await centre.ask("GET", `/api/v1/runs/${id}`);
    return body.endedAt === null ? null : body;
  });
  assertEquals(run.status, "completed");
  const rows = await until("the permit is on record", async () => {
    const rows = await auditOf(centre, "permit.issue");
    return rows.length > 0 ? rows : null;
  });
  assertEquals(rows.map(({ outcome }) => outcome), ["ok"]);
  const verified = await centre.ask("GET", "/api/v1/audit/verify", { role: "admin" });
  assertEquals(verified.body.ok, true);
});
