/**
 * The supervisor: starts the processes of an installation, keeps them running, says when runs can be
 * started, and stops everything in order.
 *
 * @module
 */
import { LaunchError } from "../errors.ts";
import { Child } from "./child.ts";
import type { DataDir, State } from "./data_dir.ts";
import { lastLines, rotate } from "./log_file.ts";
import { type Installation, temporalAddress } from "./installation.ts";
import { processes } from "./processes.ts";
import { whenReady } from "./readiness.ts";

/** Failures within a minute that end a start which has never been ready. */
const HOPELESS = 10;
const ROTATE_EVERY_MS = 10_000;
const LOG_LINES = 15;

/**
 * The order of stopping, in stages: nobody loses the one it still has to report to. Each stage gets
 * this many ms before what is left of it is killed; together less than ten seconds.
 */
const STAGES: { names: string[]; graceMs: number }[] = [
  { names: ["nodeRunner"], graceMs: 4000 },
  { names: ["controlPlane"], graceMs: 3500 },
  { names: ["temporal", "guard", "collector"], graceMs: 2000 },
];

/** A running installation. */
export class Supervisor {
  readonly #children = new Map<string, Child>();
  readonly #state: State;
  readonly #fatal = new AbortController();
  readonly #rotation: ReturnType<typeof setInterval>;
  #ready = false;
  #stopping: Promise<void> | undefined;

  /**
   * Prepares everything; nothing runs before {@linkcode start}.
   *
   * @param log takes what a person should know while it runs
   */
  constructor(
    private readonly installation: Installation,
    private readonly dataDir: DataDir,
    private readonly log: (line: string) => void,
  ) {
    const { ports } = installation;
    this.#state = {
      url: `http://127.0.0.1:${ports.web}`,
      port: ports.web,
      gatewayPort: ports.gateway,
      temporalAddress: temporalAddress(installation),
      supervisorPid: Deno.pid,
      pids: {},
    };
    for (const spec of processes(installation)) {
      rotate(spec.logPath);
      this.#children.set(
        spec.name,
        new Child(spec, {
          started: (name, pid) => this.#setPid(name, pid),
          ended: (...args) => this.#onEnded(...args),
        }),
      );
    }
    this.#rotation = setInterval(() => this.#rotateLogs(), ROTATE_EVERY_MS);
  }

  /** The console's address. */
  get url(): string {
    return this.#state.url;
  }

  /**
   * Starts everything at once; the processes wait for each other by themselves.
   *
   * @param signal ends the waiting
   * @throws {LaunchError} when a process keeps failing
   */
  async start(signal: AbortSignal): Promise<void> {
    this.dataDir.writeState(this.#state);
    for (const child of this.#children.values()) child.start();
    const { options } = this.installation;
    await whenReady({
      url: this.url,
      dataDir: options.dataDir,
      node: options.node,
      signal: AbortSignal.any([signal, this.#fatal.signal]),
    });
    this.#ready = true;
  }

  /** Starts one process anew. */
  async restart(name: string): Promise<void> {
    const stage = STAGES.find((stage) => stage.names.includes(name));
    await this.#children.get(name)?.restart(stage?.graceMs ?? 0);
  }

  /** Stops everything within ten seconds. Further calls wait for the same end. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    clearInterval(this.#rotation);
    for (const { names, graceMs } of STAGES) {
      await Promise.all(names.map((name) => this.#children.get(name)?.stop(graceMs)));
    }
    this.#state.pids = {};
    this.#writeState();
  }

  #setPid(name: string, pid: number): void {
    this.#state.pids[name] = pid;
    this.#writeState();
  }

  #onEnded(name: string, how: string, failures: number, restartMs: number): void {
    delete this.#state.pids[name];
    this.#writeState();
    if (this.#ready || failures < HOPELESS) {
      if (this.#ready || failures > 1) {
        this.log(`${name} ${how}; starting it again in ${restartMs} ms`);
      }
      return;
    }
    const { logPath } = this.#children.get(name)!.spec;
    const tail = lastLines(logPath, LOG_LINES).map((line) => `    ${line}`).join("\n");
    this.#fatal.abort(
      new LaunchError(
        `${name} ${how}, ${failures} times in a minute. Its last lines:\n${tail}`,
        `the whole log: ${logPath}`,
      ),
    );
  }

  /** A full disk must not take the supervisor down with it. */
  #writeState(): void {
    try {
      this.dataDir.writeState(this.#state);
    } catch (error) {
      this.log(`state.json could not be written: ${(error as Error).message}`);
    }
  }

  #rotateLogs(): void {
    for (const child of this.#children.values()) {
      try {
        rotate(child.spec.logPath);
      } catch (error) {
        this.log(`a log could not be rotated: ${(error as Error).message}`);
      }
    }
  }
}
