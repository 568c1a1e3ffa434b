import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import type { PermitDecision } from "../../activities/centre/mod.ts";
import { openSqliteStore } from "../store/mod.ts";
import { runOf } from "../store/store_contract.ts";
import { PermitLedger } from "./permit_ledger.ts";

const AT = "2026-11-23T12:00:00.000Z";
const ACTOR = { kind: "token" as const, name: "me" };

/** A store with one running, bound run and a lock that a test can take. */
async function fixture() {
  const dir = await Deno.makeTempDir();
  const file = join(dir, "pitcrew.db");
  const store = await openSqliteStore(file);
  await store.runs.accept(runOf("r"));
  await store.runs.bind("r", "t");
  return {
    store,
    ledger: new PermitLedger(store, { holds: () => Promise.resolve(true) }),
    lock() {
      const held = new DatabaseSync(file);
      held.exec("begin immediate");
      return () => (held.exec("rollback"), held.close());
    },
    rows: () => store.audit.list({ limit: 100, action: "permit.issue" }),
    async [Symbol.asyncDispose]() {
      await store.close();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

function decision(stepPath: string, more: Partial<PermitDecision> = {}): PermitDecision {
  return { runId: "r", temporalRunId: "t", stepPath, detail: null, at: AT, ...more };
}

Deno.test("in quiet times the record comes before the permit", async () => {
  await using at = await fixture();
  assertEquals(await at.ledger.enter(decision("a")), { ok: true });
  assertEquals((await at.rows()).map(({ outcome }) => outcome), ["ok"]);
});

Deno.test("while the database is held permits go out; their record follows, in order", async () => {
  await using at = await fixture();
  const release = at.lock();
  assertEquals(await at.ledger.enter(decision("a")), { ok: true });
  assertEquals(await at.ledger.enter(decision("b", { refusal: "no" })), {
    ok: false,
    reason: "no",
  });
  assertEquals(await at.ledger.enter(decision("c")), { ok: true });
  assertEquals(await at.rows(), []);
  release();
  await at.ledger.flush(20_000);
  const steps = (await at.rows()).map((
    row,
  ) => [(row.detail as { step: string }).step, row.outcome]);
  assertEquals(steps.reverse(), [["a", "ok"], ["b", "refused"], ["c", "ok"]]);
  assertEquals((await at.store.audit.verify()).ok, true);
  await assertRejects(() => at.ledger.enter(decision("d")), Error, "wait for their record");
});

Deno.test("a cancel that was committed is seen without the writer", async () => {
  await using at = await fixture();
  await at.store.runs.requestCancel({ id: "r", actor: ACTOR, at: AT });
  const release = at.lock();
  assertEquals((await at.ledger.enter(decision("a"))).ok, false);
  release();
  await at.ledger.flush(20_000);
  assertEquals((await at.rows()).map(({ outcome }) => outcome), ["refused"]);
});
