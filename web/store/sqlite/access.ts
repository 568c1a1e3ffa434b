/**
 * Tokens, sessions and sign-in codes.
 *
 * @module
 */
import { and, eq, gt, isNull, lt } from "drizzle-orm";
import { nodeTokens, sessions, signinCodes, tokens } from "../schema.ts";
import type { AccessStore, PersonRole } from "../port.ts";
import { changes } from "./database.ts";
import type { Reads, Writes } from "./implementation.ts";

/** Writing side of {@link AccessStore}. */
export const accessWrites: Writes<
  AccessStore,
  "addToken" | "addNodeToken" | "addSession" | "dropSession" | "addSigninCode" | "useSigninCode"
> = {
  async addToken(db, { at, ...token }) {
    await db.insert(tokens).values({ ...token, createdAt: at }).onConflictDoNothing();
  },
  async addNodeToken(db, { at, ...token }) {
    await db.insert(nodeTokens).values({ ...token, createdAt: at }).onConflictDoNothing();
  },
  async addSession(db, { at, ...session }) {
    await db.delete(sessions).where(lt(sessions.expiresAt, at));
    await db.insert(sessions).values({ ...session, createdAt: at });
  },
  async dropSession(db, sha256) {
    await db.delete(sessions).where(eq(sessions.sha256, sha256));
  },
  async addSigninCode(db, code) {
    await db.insert(signinCodes).values(code);
  },
  async useSigninCode(db, sha256, at) {
    const used = await db.update(signinCodes).set({ usedAt: at }).where(and(
      eq(signinCodes.sha256, sha256),
      isNull(signinCodes.usedAt),
      gt(signinCodes.expiresAt, at),
    ));
    if (changes(used) === 0) return null;
    const [code] = await db.select({ name: signinCodes.name, role: signinCodes.role })
      .from(signinCodes).where(eq(signinCodes.sha256, sha256));
    return code ? { name: code.name, role: code.role as PersonRole } : null;
  },
};

/** Reading side of {@link AccessStore}. */
export const accessReads: Reads<AccessStore, "tokens" | "nodeTokens" | "session"> = {
  async tokens(db) {
    const rows = await db.select({ sha256: tokens.sha256, name: tokens.name, role: tokens.role })
      .from(tokens).where(isNull(tokens.revokedAt));
    return rows.map((row) => ({ ...row, role: row.role as PersonRole }));
  },
  nodeTokens: (db) =>
    db.select({ sha256: nodeTokens.sha256, nodeId: nodeTokens.nodeId }).from(nodeTokens)
      .where(isNull(nodeTokens.revokedAt)),
  async session(db, sha256) {
    const [row] = await db.select().from(sessions).where(eq(sessions.sha256, sha256));
    if (!row) return null;
    return { sha256, name: row.name, role: row.role as PersonRole, expiresAt: row.expiresAt };
  },
};
