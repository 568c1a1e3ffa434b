/**
 * The audit's chain: each row's hash covers the row and the hash before it. Only the writer
 * appends, so there is one chain.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers";
import { and, asc, desc, eq, gt, inArray, lt } from "drizzle-orm";
import { canonicalJson } from "../../../activities/contract/canonical.ts";
import { audit } from "../schema.ts";
import type { AuditEntry, AuditHead, AuditRow, AuditStore, ChainCheck } from "../port.ts";
import type { Db } from "./database.ts";
import type { Reads, Writes } from "./implementation.ts";

/** The hash before the first row. */
export const GENESIS: AuditHead = { seq: 0, hash: "0".repeat(64) };

const VERIFY_CHUNK = 500;

/** The hash a row must have. */
export function rowHash(row: Omit<AuditRow, "hash">): string {
  const { seq, at, actor, action, target, outcome, detail, prevHash } = row;
  const covered = { seq, at, actor, action, target, outcome, detail, prevHash };
  return createHash("sha256").update(canonicalJson(covered)).digest("hex");
}

/** The chain's end. */
export async function readHead(db: Db): Promise<AuditHead> {
  const last = await db.select({ seq: audit.seq, hash: audit.hash }).from(audit)
    .orderBy(desc(audit.seq)).limit(1);
  return last[0] ?? GENESIS;
}

/** Appends rows; part of the caller's transaction. */
export async function appendAudit(db: Db, ...entries: AuditEntry[]): Promise<AuditHead> {
  let head = await readHead(db);
  for (const entry of entries) {
    const row = {
      seq: head.seq + 1,
      at: entry.at,
      actor: entry.actor,
      action: entry.action,
      target: entry.target,
      outcome: entry.outcome,
      detail: entry.detail ?? null,
      prevHash: head.hash,
    };
    const hash = rowHash(row);
    const { actor, ...columns } = row;
    await db.insert(audit).values({
      ...columns,
      detail: row.detail,
      actorKind: actor.kind,
      actor: actor.name,
      hash,
    });
    head = { seq: row.seq, hash };
  }
  return head;
}

function toRow(stored: typeof audit.$inferSelect): AuditRow {
  const { actorKind, actor, outcome, ...rest } = stored;
  return {
    ...rest,
    actor: { kind: actorKind as AuditRow["actor"]["kind"], name: actor },
    outcome: outcome as AuditRow["outcome"],
  };
}

async function verifyChain(db: Db): Promise<ChainCheck> {
  let head = GENESIS;
  let rows = 0;
  for (;;) {
    const chunk = await db.select().from(audit).where(gt(audit.seq, head.seq))
      .orderBy(asc(audit.seq)).limit(VERIFY_CHUNK);
    for (const stored of chunk) {
      rows++;
      const row = toRow(stored);
      const fits = row.seq === head.seq + 1 && row.prevHash === head.hash &&
        row.hash === rowHash(row);
      if (!fits) return { rows, ok: false, firstBadRow: row.seq };
      head = { seq: row.seq, hash: row.hash };
    }
    if (chunk.length < VERIFY_CHUNK) return { rows, ok: true };
    // Other readers share this thread.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Writing side of {@link AuditStore}. */
export const auditWrites: Writes<AuditStore, "append"> = {
  append: (db, entries) => appendAudit(db, ...entries),
};

/** Reading side of {@link AuditStore}. */
export const auditReads: Reads<AuditStore, "head" | "list" | "hashes" | "verify"> = {
  head: readHead,
  verify: verifyChain,
  hashes: (db, seqs) =>
    db.select({ seq: audit.seq, hash: audit.hash }).from(audit).where(inArray(audit.seq, seqs)),
  async list(db, filter) {
    const rows = await db.select().from(audit).where(and(
      filter.before === undefined ? undefined : lt(audit.seq, filter.before),
      filter.action === undefined ? undefined : eq(audit.action, filter.action),
      filter.target === undefined ? undefined : eq(audit.target, filter.target),
    )).orderBy(desc(audit.seq)).limit(filter.limit);
    return rows.map(toRow);
  },
};
