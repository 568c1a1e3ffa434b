/**
 * How a command ends when it does not end well.
 *
 * @module
 */

/** Exit codes; others rely on them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  interrupted: 130,
} as const;

/** One of {@linkcode EXIT}. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** A failure that a person can do something about. */
export class CliFailure extends Error {
  /** Tells it from other errors. */
  override readonly name = "CliFailure";
  /** Exit code of the program. */
  readonly exit: ExitCode;
  /** What to do next. */
  readonly hint?: string;

  /** A failure with its exit code. */
  constructor(exit: ExitCode, message: string, hint?: string) {
    super(message);
    this.exit = exit;
    this.hint = hint;
  }
}

/** Wrong use of the command line. */
export function usage(message: string, hint?: string): CliFailure {
  return new CliFailure(EXIT.usage, message, hint);
}
