/**
 * What is wrong in a runbook's file, and where.
 *
 * @module
 */

/** A place in a file, both 1-based. */
export interface Position {
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
}

/** One thing that is wrong (`error`) or unwise (`warning`). */
export interface Problem extends Position {
  /** For a person. */
  message: string;
  /** What to write instead. */
  hint?: string;
  /** Whether it forbids going on. */
  severity: "error" | "warning";
}

/** Collects problems, at most {@link Problems.LIMIT}; what comes after is not worth reading. */
export class Problems {
  static readonly LIMIT = 100;
  readonly list: Problem[] = [];

  /** Adds an error. */
  error(at: Position, message: string, hint?: string): void {
    this.#add({ ...at, message, ...(hint ? { hint } : {}), severity: "error" });
  }

  /** Adds a warning. */
  warning(at: Position, message: string, hint?: string): void {
    this.#add({ ...at, message, ...(hint ? { hint } : {}), severity: "warning" });
  }

  /** Whether anything forbids going on. */
  get failed(): boolean {
    return this.list.some((problem) => problem.severity === "error");
  }

  /** In the order of the file. */
  sorted(): Problem[] {
    return this.list.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(problem: Problem): void {
    if (this.list.length < Problems.LIMIT) this.list.push(problem);
  }
}
