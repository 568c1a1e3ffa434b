/**
 * Puts decisions on permits on record, in their order, without holding up a rescue: a decision is
 * waited for a moment, so that in quiet times the record comes first and the database has the last
 * word. When somebody holds the database longer, the permit goes out on what can be read (a cancel
 * that was committed is visible there), and its record follows as soon as it can be written.
 *
 * @module
 */
import type { PermitDecision } from "../../activities/centre/mod.ts";
import { StepFailure } from "../../activities/contract/mod.ts";
import type { Store } from "../store/mod.ts";
import { errorText, log } from "./log.ts";
import type { Ownership } from "./temporal/ownership.ts";

/** Milliseconds that a permit waits for its record. */
const RECORD_MS = 300;
/** Milliseconds between two attempts to write. */
const PAUSE_MS = 250;
/** Decisions that may wait; beyond, no permit is given, since what is done must get on record. */
const MOST = 1_000;
/** Of these, refusals: whoever asks for what is refused must not use up the room of a rescue. */
const MOST_REFUSED = 200;

type Answer = { ok: true } | { ok: false; reason: string };

interface Entry {
  decision: PermitDecision;
  /** The permit went out before its record. */
  signed: boolean;
  written: PromiseWithResolvers<Answer>;
}

/** What of the store and of ownership it stands on. */
export interface LedgerStore {
  /** Runs. */
  runs: Pick<Store["runs"], "get" | "permit">;
}

/** The decisions that are not on record yet. */
export class PermitLedger {
  readonly #store: LedgerStore;
  readonly #ownership: Pick<Ownership, "holds">;
  readonly #queue: Entry[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(store: LedgerStore, ownership: Pick<Ownership, "holds">) {
    this.#store = store;
    this.#ownership = ownership;
  }

  /**
   * Records a decision and answers whether it stands, after {@linkcode RECORD_MS} at the latest.
   *
   * @throws `busy` when too much waits for the database
   */
  async enter(decision: PermitDecision): Promise<Answer> {
    if (this.#queue.length >= MOST || this.#closed) {
      throw new StepFailure("busy", `${this.#queue.length} permits wait for their record`);
    }
    if (decision.refusal !== undefined && this.#refused() >= MOST_REFUSED) {
      log("error", "a refused permit is not in the audit", { ...decision });
      return { ok: false, reason: decision.refusal };
    }
    const entry: Entry = { decision, signed: false, written: Promise.withResolvers() };
    this.#queue.push(entry);
    this.#writing ??= this.#write();
    const answer = await inTime(entry.written.promise, RECORD_MS);
    if (answer !== undefined) return answer;
    if (decision.refusal !== undefined) return { ok: false, reason: decision.refusal };
    const run = await this.#store.runs.get(decision.runId);
    if (run === null || run.endedAt !== null || run.cancelRequestedAt !== null) {
      return { ok: false, reason: "the run was cancelled or has ended" };
    }
    entry.signed = true;
    log("warn", "a permit goes out before its record: the database does not answer", {
      ...{ run: decision.runId, step: decision.stepPath },
    });
    return { ok: true };
  }

  /** Writes what waits, for at most `ms`; what is left then is told in the log. */
  async flush(ms: number): Promise<void> {
    if (this.#writing) await inTime(this.#writing, ms);
    this.#closed = true;
    for (const { decision, signed } of this.#queue) {
      log("error", "a decision on a permit is not in the audit", { ...decision, signed });
    }
  }

  #refused(): number {
    return this.#queue.filter(({ decision }) => decision.refusal !== undefined).length;
  }

  async #write(): Promise<void> {
    for (let entry = this.#queue[0]; entry && !this.#closed; entry = this.#queue[0]) {
      try {
        const answer = await this.#put(entry);
        this.#queue.shift();
        entry.written.resolve(answer);
      } catch (error) {
        log("warn", "a decision on a permit waits for its record", {
          ...{ run: entry.decision.runId, reason: errorText(error) },
        });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
    this.#writing = undefined;
  }

  async #put(entry: Entry): Promise<Answer> {
    const { decision } = entry;
    if (decision.refusal === undefined) {
      await this.#ownership.holds(decision.runId, decision.temporalRunId);
    }
    const before = entry.signed;
    const answer = await this.#store.runs.permit({ ...decision, ...(before && { signed: true }) });
    // The permit went out while the database made up its mind: that is on record, too.
    if (!answer.ok && entry.signed && !before) {
      return await this.#store.runs.permit({ ...decision, signed: true });
    }
    return answer;
  }
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
