/**
 * Interventions that no event told of: while this process or the connection was down, across a
 * restart of the guard, or lost in a gap. The guard's own record has them.
 *
 * @module
 */
import type { GuardMethods } from "../../native/contract/mod.ts";
import { Backoff } from "../lib/backoff.ts";
import { errorText, StateLog } from "../lib/log.ts";
import { aborted, sleep } from "../lib/sleep.ts";
import type { NativeClient } from "../native/mod.ts";
import { interventionEvent } from "./intervention.ts";
import type { EventSpool } from "./spool.ts";

type List = GuardMethods["interventions.list"];

/** Interventions per request; each carries its plan. */
const PAGE = 10;
const DEADLINE_MS = 5_000;

/**
 * Reads the guard's record from where it was read to last. An event is the fast way and this the
 * sure one: only what was read here moves the mark, so nothing can be passed over.
 */
export class CatchUp {
  readonly #guard: NativeClient;
  readonly #spool: EventSpool;
  readonly #state = new StateLog("interventions");
  #wake = Promise.withResolvers<void>();

  /** Brings what is missing from `guard` into `spool`. */
  constructor(guard: NativeClient, spool: EventSpool) {
    this.#guard = guard;
    this.#spool = spool;
  }

  /** Something may be missing. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Reads at every {@linkcode CatchUp.wake} until `signal` aborts; a failure is tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(500, 30_000);
    while (true) {
      await Promise.race([this.#wake.promise, aborted(signal)]);
      if (signal.aborted) return;
      this.#wake = Promise.withResolvers();
      try {
        await this.#read(signal);
        backoff.reset();
        this.#state.set(undefined);
      } catch (error) {
        if (signal.aborted) return;
        this.#state.set(errorText(error));
        this.wake();
        await sleep(backoff.next(), signal);
      }
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (true) {
      const afterId = this.#spool.readTo;
      const params: List["params"] = { limit: PAGE, ...(afterId === undefined ? {} : { afterId }) };
      const limits = { deadlineMs: DEADLINE_MS, signal };
      const page = await this.#guard.call<List["result"]>("interventions.list", params, limits);
      for (const intervention of page.interventions) {
        await this.#spool.add(interventionEvent(intervention));
      }
      const last = page.interventions.at(-1);
      if (last !== undefined) await this.#spool.setReadTo(last.id);
      if (!page.more || last === undefined) return;
    }
  }
}
