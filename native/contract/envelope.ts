/**
 * Framing: every message is a 4-byte big-endian length followed by that many bytes of UTF-8 JSON.
 *
 * Generated from native/crates/contract by `deno task generate`; do not edit.
 *
 * @module
 */

/** The protocol version both sides speak. */
export const PROTOCOL = 1;

/** Largest frame a server accepts. */
export const MAX_REQUEST_BYTES = 262144;

/** Largest frame a client accepts; anything larger goes by file. */
export const MAX_RESPONSE_BYTES = 4194304;

/** A call. `method` is one of the constants beside each parameter type. */
export interface Request {
  /** Protocol version, `PROTOCOL`. */
  v: number;
  /** Chosen by the client, echoed in the response; unique per connection while in flight. */
  id: number;
  /** Name of the method. */
  method: string;
  /** Milliseconds the client is willing to wait; the server stops working on it afterwards. */
  deadlineMs?: number;
  /** Parameters, the type that belongs to `method`. */
  params: unknown;
}

/** Asks the server to stop working on a request of this connection. */
export interface Cancel {
  /** Protocol version. */
  v: number;
  /** The request to stop. */
  cancel: number;
}

/** The answer to one request: `result` or `error`, never both. */
export interface Response {
  /** Protocol version. */
  v: number;
  /** The request's id. */
  id: number;
  /** Present on success. */
  result?: unknown;
  /** Present on failure. */
  error?: WireError;
}

/** A failure, with what to do about it where that is known. */
export interface WireError {
  /** From a closed set. */
  code: ErrorCode;
  /** For a person; names the thing it is about. */
  message: string;
  /** What to do next. */
  hint?: string;
}

/**
 * Why a request failed.
 *
 * - `invalid_argument`: The parameters do not fit; retrying is useless.
 * - `unknown_method`: The method does not exist in this version.
 * - `not_found`: The scope, process or file does not exist (any more).
 * - `refused`: Policy or mode forbids it; retrying is useless.
 * - `unsupported`: The kernel or machine lacks what it needs; retrying is useless.
 * - `busy`: Too much at once; retry later.
 * - `deadline_exceeded`: The deadline passed.
 * - `cancelled`: The client cancelled.
 * - `internal`: Anything else; retry may help.
 */
export type ErrorCode =
  | "invalid_argument"
  | "unknown_method"
  | "not_found"
  | "refused"
  | "unsupported"
  | "busy"
  | "deadline_exceeded"
  | "cancelled"
  | "internal";

/** One message of the event stream. */
export interface Event {
  /** Protocol version. */
  v: number;
  /** Name of the event; `gap` means that `data.missed` events were dropped before this one. */
  event: string;
  /** Rises by one per event of this process. */
  seq: number;
  /** The event's own type. */
  data: unknown;
}
