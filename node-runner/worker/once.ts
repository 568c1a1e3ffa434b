/**
 * One piece of work per step of a run, however often Temporal asks for it.
 *
 * While the gateway is away heartbeats are lost, Temporal gives the attempt up and schedules the
 * next one, although this node is still at work or has its result already. A later attempt joins
 * the work in progress, or gets the result that could not be delivered. Only successes are kept: a
 * successful result that arrived is never asked for again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { removeIfThere, writeAtomically } from "../lib/files.ts";
import { errorText, log } from "../lib/log.ts";

/** Milliseconds for which an undelivered result is worth having. */
const KEEP_MS = 10 * 60_000;

interface Work {
  result: Promise<unknown>;
  stop: AbortController;
}

interface Kept {
  key: string;
  at: number;
  result: unknown;
}

/** Work in progress in memory, results on disk. */
export class OncePerStep {
  readonly #dir: string;
  readonly #working = new Map<string, Work>();

  /** Results lie in `dir`. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Makes the folder and forgets old results. */
  async open(): Promise<void> {
    await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await this.#forgetOld();
  }

  /**
   * Does `work` unless it is being done, or was done, under the same `key`.
   *
   * @param key run, step and inputs, so that a result never answers another question
   * @param cancelled aborts the work itself; the end of one attempt does not
   */
  async run<Result>(
    key: string,
    cancelled: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const joined = this.#working.get(key);
    if (joined) log("info", "joining the work of an earlier attempt", { key });
    const current = joined ?? this.#start(key, work);
    const stop = () => current.stop.abort(cancelled.reason);
    if (cancelled.aborted) stop();
    cancelled.addEventListener("abort", stop, { once: true });
    try {
      return await current.result as Result;
    } finally {
      cancelled.removeEventListener("abort", stop);
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<unknown>): Work {
    const stop = new AbortController();
    const result = (async () => {
      const kept = await this.#read(key);
      if (kept) {
        log("info", "answering with the result of an earlier attempt", { key });
        return kept.result;
      }
      stop.signal.throwIfAborted();
      const result = await work(stop.signal);
      await this.#keep({ key, at: Date.now(), result });
      return result;
    })();
    const started = { result, stop };
    this.#working.set(key, started);
    // The attempt that waits for it hears of a failure; one that has left need not.
    result.catch(() => {}).finally(() => this.#working.delete(key));
    return started;
  }

  async #keep(kept: Kept): Promise<void> {
    try {
      await writeAtomically(this.#path(kept.key), JSON.stringify(kept));
      await this.#forgetOld();
    } catch (error) {
      // A full disk costs a repetition after a crash, not the step.
      log("warn", "a result was not kept", { key: kept.key, reason: errorText(error) });
    }
  }

  async #read(key: string): Promise<Kept | undefined> {
    try {
      const kept = JSON.parse(await Deno.readTextFile(this.#path(key))) as Kept;
      return kept.key === key && Date.now() - kept.at < KEEP_MS ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  async #forgetOld(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#dir)) {
      const path = join(this.#dir, name);
      const age = Date.now() - ((await Deno.stat(path).catch(() => null))?.mtime?.getTime() ?? 0);
      if (age > KEEP_MS) await removeIfThere(path);
    }
  }

  #path(key: string): string {
    return join(this.#dir, `${createHash("sha256").update(key).digest("hex")}.json`);
  }
}
