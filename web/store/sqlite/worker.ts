/**
 * A database thread: one connection, one command after the other. The writer gathers what has
 * queued up into one transaction, each command in a savepoint of its own.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { migrate } from "drizzle-orm/sqlite-proxy/migrator";
import { setImmediate } from "node:timers";
import { fileURLToPath } from "node:url";
import type { AuditHead } from "../port.ts";
import { readHead } from "./audit.ts";
import { READS, REPEATED, WRITES } from "./commands.ts";
import { type Connection, openConnection } from "./database.ts";
import type { Command } from "./implementation.ts";
import type { Open, Opened, Request, Response } from "./protocol.ts";

/** Commands in one transaction at most, so that nobody waits long for the batch before. */
const BATCH = 256;

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));

let connection: Connection;
let write = false;
const queue: Request[] = [];
let working = false;
const reading = new Set<Promise<void>>();

function find(name: string): Command {
  const [area = "", method = ""] = name.split(".");
  const table: Record<string, Record<string, unknown>> = write ? WRITES : READS;
  const command = table[area]?.[method];
  if (typeof command !== "function") throw new Error(`no database command ${name}`);
  return command as Command;
}

/** Drizzle's own message repeats the values; SQLite's, its cause, is what a log may hold. */
function answerError(request: Request, error: unknown): Response {
  const { message, code } = ((error as Error).cause ?? error) as { message: string; code?: string };
  return { id: request.id, error: { message: `${request.name}: ${message ?? error}`, code } };
}

async function call(request: Request): Promise<unknown> {
  if (request.name === "ping") return null;
  return await find(request.name)(connection.db, ...request.args as never[]);
}

async function inSavepoint(request: Request): Promise<Response> {
  connection.exec("savepoint command");
  try {
    const value = await call(request);
    connection.exec("release command");
    return { id: request.id, value };
  } catch (error) {
    connection.exec("rollback to command");
    connection.exec("release command");
    return answerError(request, error);
  }
}

async function writeBatch(batch: Request[]): Promise<Response[]> {
  const sync = batch.every((request) => REPEATED.has(request.name)) ? "NORMAL" : "FULL";
  connection.exec(`pragma synchronous = ${sync}`);
  try {
    connection.exec("begin immediate");
  } catch (error) {
    return batch.map((request) => answerError(request, error));
  }
  try {
    const before = await readHead(connection.db);
    const answers: Response[] = [];
    for (const request of batch) answers.push(await inSavepoint(request));
    const after = await readHead(connection.db);
    connection.exec("commit");
    return after.seq === before.seq ? answers : withHead(answers, after);
  } catch (error) {
    rollback();
    return batch.map((request) => answerError(request, error));
  }
}

function rollback(): void {
  try {
    connection.exec("rollback");
  } catch {
    // A full disk may have ended the transaction already; there is nothing left to undo.
  }
}

function withHead(answers: Response[], head: AuditHead): Response[] {
  const last = answers.findLastIndex((answer) => "value" in answer);
  return answers.map((answer, index) => index === last ? { ...answer, head } : answer);
}

/** The writer's loop: one batch after the other. */
async function work(): Promise<void> {
  working = true;
  while (queue.length > 0) {
    if (queue[0]!.name === "close") return close(queue[0]!);
    const end = queue.findIndex((request) => request.name === "close");
    const batch = queue.splice(0, Math.min(BATCH, end < 0 ? queue.length : end));
    for (const answer of await writeBatch(batch)) self.postMessage(answer);
    // Lets messages that came meanwhile join the next batch.
    await new Promise((resolve) => setImmediate(resolve));
  }
  working = false;
}

/** The reader answers each command as it comes; a long one makes room for others now and then. */
async function read(request: Request): Promise<void> {
  if (request.name === "close") {
    await Promise.all(reading);
    return close(request);
  }
  const answer = call(request).then(
    (value): Response => ({ id: request.id, value }),
    (error) => answerError(request, error),
  ).then((response) => self.postMessage(response));
  reading.add(answer);
  await answer;
  reading.delete(answer);
}

function close(request: Request): void {
  connection.close();
  self.postMessage({ id: request.id, value: null } satisfies Response);
  self.close();
}

async function open(message: Open): Promise<void> {
  connection = openConnection(message.file, message.access);
  write = message.access === "write";
  if (!write) return;
  // deno-lint-ignore require-await -- the migrator wants a promise
  await migrate(connection.db, async (statements) => {
    connection.exec("begin immediate");
    try {
      for (const statement of statements) connection.exec(statement);
      connection.exec("commit");
    } catch (error) {
      rollback();
      throw error;
    }
  }, { migrationsFolder: MIGRATIONS });
}

self.onmessage = async (event: MessageEvent<Open>) => {
  try {
    await open(event.data);
  } catch (error) {
    self.postMessage({ opened: false, error: (error as Error).message } satisfies Opened);
    self.close();
    return;
  }
  self.onmessage = (next: MessageEvent<Request>) => {
    if (!write) return void read(next.data);
    queue.push(next.data);
    if (!working) work();
  };
  const commands = Object.entries(write ? WRITES : READS).flatMap(([area, methods]) =>
    Object.keys(methods).map((method) => `${area}.${method}`)
  );
  self.postMessage({ opened: true, commands } satisfies Opened);
};
