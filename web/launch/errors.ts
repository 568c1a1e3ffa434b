/**
 * One funnel for everything that can go wrong before and around the product's processes: what
 * happened, what to do about it, and the exit code that scripts rely on.
 *
 * @module
 */

/** Exit codes, the same for every command of Pitcrew. */
export const EXIT = {
  failed: 1,
  usage: 2,
  refused: 4,
  unreachable: 5,
  interrupted: 130,
} as const;

/** A failure that a person can do something about. */
export class LaunchError extends Error {
  override name = "LaunchError";

  /**
   * @param message what happened, in one line
   * @param hint what to do about it
   * @param exitCode one of {@linkcode EXIT}
   */
  constructor(
    message: string,
    readonly hint: string,
    readonly exitCode: number = EXIT.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The code of a system error (`ENOSPC`, `EROFS` …), or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/**
 * Turns a failed write into what a person reads.
 *
 * @param what what was being written, such as `the data directory`
 * @param path where
 * @param option how to point Pitcrew at another place, such as `--data-dir DIR`
 */
export function writeError(
  error: unknown,
  what: string,
  path: string,
  option: string,
): LaunchError {
  if (error instanceof LaunchError) return error;
  const cause = { cause: error };
  switch (systemCode(error)) {
    case "EROFS":
      return new LaunchError(
        `cannot write ${what} ${path}: its file system is read-only`,
        `remount it writable, or choose another place with ${option}`,
        EXIT.failed,
        cause,
      );
    case "ENOSPC":
    case "EDQUOT":
      return new LaunchError(
        `cannot write ${what} ${path}: the disk is full`,
        `free some space there, or choose another place with ${option}`,
        EXIT.failed,
        cause,
      );
    case "EACCES":
    case "EPERM":
      return new LaunchError(
        `cannot write ${what} ${path}: permission denied`,
        `run as its owner, or choose another place with ${option}`,
        EXIT.failed,
        cause,
      );
    case "ENOTDIR":
    case "EEXIST":
      return new LaunchError(
        `cannot write ${what} ${path}: a file is in the way`,
        `move it away, or choose another place with ${option}`,
        EXIT.failed,
        cause,
      );
  }
  return new LaunchError(
    `cannot write ${what} ${path}: ${error instanceof Error ? error.message : error}`,
    `choose another place with ${option}`,
    EXIT.failed,
    cause,
  );
}

/** Prints a failure on standard error; anything unforeseen with its stack. Answers the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof LaunchError) {
    console.error(`error: ${error.message}`);
    for (const line of error.hint.split("\n")) console.error(`  → ${line}`);
    return error.exitCode;
  }
  console.error(error);
  return EXIT.failed;
}
