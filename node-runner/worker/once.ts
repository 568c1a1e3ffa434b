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
/**
 * Milliseconds for which work goes on that no attempt waits for. The next attempt of a run that
 * lives comes sooner; a run that has ended has nobody left to stop its work.
 */
const ABANDONED_MS = 20_000;

interface Work {
  result: Promise<unknown>;
  stop: AbortController;
  /** Attempts that wait for it. */
  attempts: number;
  /** Runs while none does. */
  abandoned?: ReturnType<typeof setTimeout>;
}

interface Kept {
  key: string;
  at: number;
  result: unknown;
}

/** Work in progress in memory, results on disk. */
export class OncePerStep {
  readonly #dir: string;
  readonly #abandonedMs: number;
  readonly #working = new Map<string, Work>();

  /** Results lie in `dir`; work without an attempt is stopped after `abandonedMs`. */
  constructor(dir: string, abandonedMs = ABANDONED_MS) {
    this.#dir = dir;
    this.#abandonedMs = abandonedMs;
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
   * @param cancelled aborts the work itself
   * @param left the attempt is gone: rejects, and leaves the work to the next attempt for a while
   */
  async run<Result>(
    key: string,
    { cancelled, left }: { cancelled: AbortSignal; left: AbortSignal },
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const joined = this.#working.get(key);
    if (joined) log("info", "joining the work of an earlier attempt", { key });
    const current = joined ?? this.#start(key, work);
    const stop = () => current.stop.abort(cancelled.reason);
    if (cancelled.aborted) stop();
    cancelled.addEventListener("abort", stop, { once: true });
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(left.reason);
    if (left.aborted) leave();
    left.addEventListener("abort", leave, { once: true });
    this.#join(current);
    try {
      return await Promise.race([current.result as Promise<Result>, gone.promise]);
    } finally {
      cancelled.removeEventListener("abort", stop);
      left.removeEventListener("abort", leave);
      this.#leave(key, current);
    }
  }

  #join(current: Work): void {
    current.attempts++;
    clearTimeout(current.abandoned);
  }

  #leave(key: string, current: Work): void {
    if (--current.attempts > 0 || this.#working.get(key) !== current) return;
    current.abandoned = setTimeout(() => {
      log("warn", "stopping work that no attempt waits for", { key });
      // An attempt that comes after all asks anew, not for the result of a stop.
      this.#working.delete(key);
      current.stop.abort(new Error("no attempt waits for it any more"));
    }, this.#abandonedMs);
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
      const wanted = this.#working.get(key)?.stop === stop;
      if (wanted) await this.#keep({ key, at: Date.now(), result });
      return result;
    })();
    const started: Work = { result, stop, attempts: 0 };
    this.#working.set(key, started);
    // The attempt that waits for it hears of a failure; one that has left need not.
    result.catch(() => {}).finally(() => {
      clearTimeout(started.abandoned);
      if (this.#working.get(key) === started) this.#working.delete(key);
    });
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
