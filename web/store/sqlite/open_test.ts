import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { storeContract } from "../store_contract.ts";
import { at, change, runOf } from "../store_contract.ts";
import { openSqliteStore } from "./open.ts";

async function openTemporary() {
  const folder = await Deno.makeTempDir({ prefix: "pitcrew-store-" });
  const file = `${folder}/pitcrew.db`;
  const store = await openSqliteStore(file);
  return Object.assign(store, {
    file,
    async [Symbol.asyncDispose]() {
      await store.close();
      await Deno.remove(folder, { recursive: true });
    },
  });
}

storeContract("sqlite", openTemporary);

Deno.test("sqlite: a changed or removed audit row is found", async () => {
  for (
    const [damage, firstBadRow] of [
      ["update audit set outcome = 'ok' where seq = 3", 3],
      ["delete from audit where seq = 3", 4],
    ] as const
  ) {
    await using store = await openTemporary();
    for (let i = 0; i < 5; i++) {
      const actor = { kind: "system" as const, name: "test" };
      await store.audit.append([{
        at: at(i),
        actor,
        action: "a",
        target: "t",
        outcome: "refused",
      }]);
    }
    const raw = new DatabaseSync(store.file);
    raw.exec(damage);
    raw.close();
    const check = await store.audit.verify();
    assertEquals([check.ok, check.firstBadRow], [false, firstBadRow]);
  }
});

Deno.test("sqlite: another process holding the lock delays writes but not the event loop", async () => {
  await using store = await openTemporary();
  await store.runs.accept(runOf("r1"));
  await store.runs.bind("r1", "t-r1");
  const raw = new DatabaseSync(store.file);
  raw.exec("begin immediate");
  const recorded = store.runs.record([change("r1", 1, {})], at(1));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await new Promise((resolve) => setTimeout(resolve, 600));
  // Reading goes on as well.
  assertEquals((await store.runs.get("r1"))?.status, "running");
  raw.exec("commit");
  raw.close();
  clearInterval(timer);
  assertEquals((await recorded).runs, ["r1"]);
  assert(ticks >= 10, `the event loop ticked ${ticks} times in 600 ms`);
});

Deno.test("sqlite: a long read holds up neither other reads nor the event loop", async () => {
  await using store = await openTemporary();
  const actor = { kind: "system" as const, name: "test" };
  const entry = { at: at(0), actor, action: "a", target: "t", outcome: "ok" as const };
  await store.audit.append(Array.from({ length: 20_000 }, () => entry));
  let done = false;
  const verified = store.audit.verify().finally(() => done = true);
  let between = 0;
  while (!done) {
    await store.nodes.list();
    between++;
  }
  assertEquals(await verified, { rows: 20_000, ok: true });
  assert(between >= 5, `${between} reads were answered meanwhile`);
});

Deno.test("sqlite: what is no database is refused with its reason", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/x.db`, "this is no database, not even nearly one".repeat(50));
  await assertRejects(() => openSqliteStore(`${folder}/x.db`), Error, "not a database");
  await Deno.remove(folder, { recursive: true });
});
