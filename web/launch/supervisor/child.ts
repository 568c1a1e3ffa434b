/**
 * One supervised process: started, started again when it ends, and stopped.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { withLogFd } from "./log_file.ts";

/** What to run. */
export interface ChildSpec {
  /** Name in `state.json`, such as `controlPlane`. */
  name: string;
  argv: [string, ...string[]];
  /** The whole environment. */
  env: Record<string, string>;
  cwd: string;
  logPath: string;
}

/** What a {@linkcode Child} tells its supervisor. */
export interface ChildEvents {
  started(name: string, pid: number): void;
  /** `failures` counts the starts of the last minute that ended. */
  ended(name: string, how: string, failures: number, restartMs: number): void;
}

/** What it writes is its owner's alone; Temporal sets no mode of its own on its database. */
const UMASK = 0o077;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;
const WINDOW_MS = 60_000;

/** How long to wait before start number `failures + 1`. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1), MAX_DELAY_MS);
}

/**
 * A process that is kept running. It leads its own session, so that a Ctrl-C at the terminal reaches
 * the supervisor only, which then stops the processes in order. Its standard input is a pipe whose
 * other end closes with the supervisor, however that ends.
 */
export class Child {
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #endings: number[] = [];
  #stopping = false;

  constructor(readonly spec: ChildSpec, private readonly events: ChildEvents) {}

  /** The pid while it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it. Returns at once; a failure to start counts as an ending. */
  start(): void {
    const { argv: [program, ...args], env, cwd, logPath } = this.spec;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    let over = false;
    const end = (how: string) => {
      if (over) return;
      over = true;
      // Whatever it started and left behind ends with it.
      if (this.pid !== undefined) signal(-this.pid, "SIGKILL");
      this.#process = undefined;
      resolve();
      this.#ended(how);
    };
    try {
      const process = withLogFd(
        logPath,
        (log) =>
          privately(() =>
            spawn(program, args, { cwd, env, detached: true, stdio: ["pipe", log, log] })
          ),
      );
      process.once("error", (error) => end(error.message));
      process.once(
        "exit",
        (code, signal) => end(signal ? `ended by ${signal}` : `ended with code ${code}`),
      );
      // A child that closed its end early is no news; that it ended is.
      process.stdin?.on("error", () => {});
      this.#process = process;
      if (process.pid !== undefined) this.events.started(this.spec.name, process.pid);
    } catch (error) {
      end((error as Error).message);
    }
  }

  #ended(how: string): void {
    if (this.#stopping) return;
    const now = performance.now();
    this.#endings = [...this.#endings.filter((at) => now - at < WINDOW_MS), now];
    const delay = backoffMs(this.#endings.length);
    this.events.ended(this.spec.name, how, this.#endings.length, delay);
    // `ended` may have decided to stop everything.
    if (!this.#stopping) this.#timer = setTimeout(() => this.start(), delay);
  }

  /** Ends it and starts it again, without a delay and without counting it as a failure. */
  async restart(graceMs: number): Promise<void> {
    await this.stop(graceMs);
    this.#stopping = false;
    this.start();
  }

  /** TERM, then after `graceMs` KILL to everything in its process group. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const pid = this.pid;
    if (pid === undefined) return;
    signal(pid, "SIGTERM");
    const timer = setTimeout(() => signal(-pid, "SIGKILL"), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }
}

/** Runs `start` with the umask of children; this process, which also builds, keeps its own. */
function privately<T>(start: () => T): T {
  const before = Deno.umask(UMASK);
  try {
    return start();
  } finally {
    Deno.umask(before);
  }
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    Deno.kill(pid, name);
  } catch {
    // Already gone.
  }
}
