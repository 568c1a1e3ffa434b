/**
 * The run's progress on its way to the database. Transitions queue up and a background loop sends
 * them in batches; no step ever waits for it. A locked database delays the record, never a rescue.
 *
 * @module
 */
import { condition, sleep } from "@temporalio/workflow";
import {
  fittingTransition,
  type RecordTransitionsInput,
  type Transition,
} from "../activities/contract/mod.ts";
import type { TransitionNote } from "./interpreter/ports.ts";

/** Transitions in one batch. */
const BATCH = 50;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

/** How the recorder reaches the world. */
export interface RecorderOptions {
  runId: string;
  temporalRunId: string;
  now: () => number;
  /** One try; `patient` when no step can be held up by it any more. */
  write: (input: RecordTransitionsInput, patient: boolean) => Promise<void>;
  /** Whether a failed write can never succeed: the record is not this workflow's. */
  isFinal: (error: unknown) => boolean;
}

/** Numbers, queues and sends transitions. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #queue: Transition[] = [];
  #seq = 0;
  #closing = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Queues a transition; never waits. */
  note(transition: TransitionNote): void {
    const { runId, temporalRunId, now } = this.#options;
    const at = new Date(now()).toISOString();
    const noted = { runId, temporalRunId, seq: ++this.#seq, at, ...transition };
    this.#queue.push(fittingTransition(noted));
  }

  /** No more transitions will come; {@link run} ends once all are written. */
  close(): void {
    this.#closing = true;
  }

  /** Sends until closed and empty, however long the database takes. */
  async run(): Promise<void> {
    const { write, isFinal } = this.#options;
    let delayMs = FIRST_DELAY_MS;
    while (true) {
      await condition(() => this.#queue.length > 0 || this.#closing);
      if (this.#queue.length === 0) return;
      const transitions = this.#queue.slice(0, BATCH);
      try {
        await write({ transitions }, this.#closing);
        delayMs = FIRST_DELAY_MS;
      } catch (error) {
        if (!isFinal(error)) {
          await this.#pause(delayMs);
          delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
          continue;
        }
      }
      this.#queue.splice(0, transitions.length);
    }
  }

  /** Waits before the next try; the end of the run cuts it short once. */
  async #pause(ms: number): Promise<void> {
    if (this.#closing) await sleep(ms);
    else await condition(() => this.#closing, ms);
  }
}
