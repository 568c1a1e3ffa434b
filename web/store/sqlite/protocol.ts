/**
 * Messages between the main thread and a database thread.
 *
 * @module
 */
import type { AuditHead } from "../port.ts";

/** First message: what to open. */
export interface Open {
  file: string;
  access: "write" | "read";
}

/** A command; `name` is `area.method`, or `ping` or `close`. */
export interface Request {
  id: number;
  name: string;
  args: unknown[];
}

/** Its answer. `head` comes with answers of commands that lengthened the audit. */
export type Response =
  | { id: number; value: unknown; head?: AuditHead }
  | { id: number; error: { message: string; code?: string } };

/** Sent once, after the migrations are applied, with the names of the commands it takes. */
export type Opened = { opened: true; commands: string[] } | { opened: false; error: string };
