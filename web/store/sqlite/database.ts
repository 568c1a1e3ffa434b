/**
 * One SQLite connection under Drizzle, for use inside a worker thread only: `node:sqlite` is
 * synchronous, and Drizzle's proxy driver gives it an asynchronous face.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { drizzle, type SqliteRemoteDatabase } from "drizzle-orm/sqlite-proxy";

/** Drizzle over this connection. */
export type Db = SqliteRemoteDatabase;

/** How hard a commit is pressed to the disk. */
export type Durability = "full" | "normal";

const STATEMENTS_KEPT = 256;
const BUSY_MS = 10_000;

/** An open connection. */
export interface Connection {
  db: Db;
  exec(sql: string): void;
  close(): void;
}

/** Opens `file`; a reader cannot write whatever it is asked. */
export function openConnection(file: string, access: "write" | "read"): Connection {
  // SQLite gives its side files the mode of the main one.
  if (access === "write") closeSync(openSync(file, "a", 0o600));
  const raw = new DatabaseSync(file, { readOnly: access === "read" });
  raw.exec(`pragma busy_timeout = ${BUSY_MS}`);
  if (access === "write") {
    raw.exec("pragma journal_mode = WAL");
    raw.exec("pragma synchronous = FULL");
    raw.exec("pragma foreign_keys = ON");
    // 4 MiB of log before a checkpoint keeps the file from growing without bound.
    raw.exec("pragma wal_autocheckpoint = 1000");
    raw.exec("pragma journal_size_limit = 67108864");
  }
  raw.exec("pragma cache_size = -8192");
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    if (statements.size >= STATEMENTS_KEPT) statements.clear();
    const statement = raw.prepare(sql);
    statement.setReturnArrays(true);
    statements.set(sql, statement);
    return statement;
  };
  // deno-lint-ignore require-await -- the proxy driver wants a promise
  const db = drizzle(async (sql, params, method) => {
    const statement = prepare(sql);
    if (method === "run") return { rows: [statement.run(...params).changes] as unknown[] };
    // Without a row Drizzle expects `undefined`, which its own type does not say.
    if (method === "get") return { rows: statement.get(...params) as unknown as unknown[] };
    return { rows: statement.all(...params) as unknown[] };
  });
  return { db, exec: (sql) => raw.exec(sql), close: () => raw.close() };
}

/** Rows changed by an insert, update or delete of the proxy driver. */
export function changes(result: { rows?: unknown[] }): number {
  return Number(result.rows?.[0] ?? 0);
}
