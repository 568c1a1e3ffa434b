/**
 * Growing pauses between attempts, with jitter so that many nodes do not return at once.
 *
 * @module
 */

/** Doubles from `firstMs` to `maxMs`; each pause is 50 to 100 % of its step. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #stepMs: number;

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#stepMs = firstMs;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const step = this.#stepMs;
    this.#stepMs = Math.min(step * 2, this.#maxMs);
    return step * (0.5 + Math.random() / 2);
  }

  /** Starts again with the shortest pause. */
  reset(): void {
    this.#stepMs = this.#firstMs;
  }
}
