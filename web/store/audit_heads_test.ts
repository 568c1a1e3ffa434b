import { assertEquals } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { AuditHeads } from "./audit_heads.ts";
import { openSqliteStore } from "./sqlite/open.ts";

async function withAudit(
  test: (o: { file: string; heads: AuditHeads; check(): Promise<unknown> }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "pitcrew-heads-" });
  const file = `${folder}/pitcrew.db`;
  const store = await openSqliteStore(file);
  const heads = new AuditHeads(`${folder}/heads.log`, generateKeyPairSync("ed25519"));
  store.onAuditHead((head) => heads.note(head));
  const actor = { kind: "system" as const, name: "test" };
  const entry = { at: "2026-01-01T00:00:00.000Z", actor, action: "a", target: "t" };
  for (let i = 0; i < 6; i++) {
    await store.audit.append([{ ...entry, outcome: "ok" }]);
    if (i % 2 === 1) await heads.flush();
  }
  try {
    await test({ file: folder, heads, check: () => heads.check(store.audit) });
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an untouched audit fits its signed heads", () =>
  withAudit(async ({ check }) => {
    assertEquals(await check(), { rows: 6, ok: true, heads: 3 });
  }));

Deno.test("a cut tail, which the chain alone cannot show, is found", () =>
  withAudit(async ({ file, check }) => {
    const raw = new DatabaseSync(`${file}/pitcrew.db`);
    raw.exec("delete from audit where seq > 3");
    raw.close();
    const reason = "rows that were signed are gone";
    assertEquals(await check(), { rows: 3, ok: false, firstBadRow: 4, heads: 3, reason });
  }));

Deno.test("a forged head is found", () =>
  withAudit(async ({ file, check }) => {
    const text = await Deno.readTextFile(`${file}/heads.log`);
    await Deno.writeTextFile(`${file}/heads.log`, text.replace('"seq":4', '"seq":5'));
    const reason = "a signed head is not genuine";
    assertEquals(await check(), { rows: 6, ok: false, firstBadRow: 5, heads: 3, reason });
  }));
