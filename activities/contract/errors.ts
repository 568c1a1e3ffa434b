/**
 * The closed set of failure codes a step can end with; each is the `type` of Temporal's
 * ApplicationFailure.
 *
 * @module
 */

/** Code → whether another attempt may help. */
export const FAILURES = {
  /** An input does not fit. */
  invalid_argument: { retryable: false },
  /** The scope, process or file does not exist. */
  not_found: { retryable: false },
  /** Policy, mode or a missing permit forbids it. */
  refused: { retryable: false },
  /** The machine lacks what the action needs. */
  unsupported: { retryable: false },
  /** A native process or the control plane could not be reached. */
  unavailable: { retryable: true },
  /** It took longer than allowed. */
  timed_out: { retryable: true },
  /** Quota or capacity; later it may work. */
  busy: { retryable: true },
  /** The run was cancelled. */
  cancelled: { retryable: false },
  /** A defect or an unexpected answer. */
  internal: { retryable: true },
} as const;

/** A failure code. */
export type FailureCode = keyof typeof FAILURES;

/** A failure with its code; activities throw it, the worker turns it into an ApplicationFailure. */
export class StepFailure extends Error {
  /** Name of the failure class. */
  override readonly name = "StepFailure";
  /** What to do next. */
  readonly hint?: string;
  /** From the closed set. */
  readonly code: FailureCode;

  /** With what to do next and the cause, where known. */
  constructor(
    code: FailureCode,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
