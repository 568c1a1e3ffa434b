/**
 * What can go wrong while asking a native process.
 *
 * @module
 */

import type { ErrorCode } from "../../native/contract/mod.ts";

/** The closed set of the wire, plus `unavailable` for a process that could not be reached. */
export type NativeErrorCode = ErrorCode | "unavailable";

const WIRE_CODES: ReadonlySet<string> = new Set(
  [
    "invalid_argument",
    "unknown_method",
    "not_found",
    "refused",
    "unsupported",
    "busy",
    "deadline_exceeded",
    "cancelled",
    "internal",
  ] satisfies NativeErrorCode[],
);

/** A failed call to the guard or the collector. */
export class NativeError extends Error {
  /** Tells it from other errors. */
  override readonly name = "NativeError";
  /** From the closed set. */
  readonly code: NativeErrorCode;
  /** What to do next. */
  readonly hint?: string;

  /** A failure with its code. */
  constructor(
    code: NativeErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  /** Reads the `error` of a response; a code that this version does not know becomes `internal`. */
  static fromWire(error: unknown): NativeError {
    const { code, message, hint } = (error ?? {}) as Record<string, unknown>;
    const known = typeof code === "string" && WIRE_CODES.has(code);
    return new NativeError(
      known ? code as NativeErrorCode : "internal",
      typeof message === "string" ? message : "the process answered with an error without a text",
      typeof hint === "string" ? { hint } : {},
    );
  }
}
