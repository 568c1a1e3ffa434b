/**
 * One JSON line per event on stderr; the supervisor keeps them.
 *
 * @module
 */

/** How much attention a line needs. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes one line. */
export function log(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
  console.error(JSON.stringify({ at: new Date().toISOString(), level, message, ...fields }));
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reports a state only when it changes, so that an outage is two lines and not thousands. */
export class StateLog {
  #last: string | undefined;
  readonly #subject: string;

  constructor(subject: string) {
    this.#subject = subject;
  }

  /** `problem` is undefined while all is well. */
  set(problem: string | undefined): void {
    if (problem === this.#last) return;
    if (problem !== undefined) log("warn", `${this.#subject}: ${problem}`);
    else if (this.#last !== undefined) log("info", `${this.#subject}: works again`);
    this.#last = problem;
  }
}
