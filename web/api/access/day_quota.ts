/**
 * How much each node may send in a day, whether anything comes of it or not: an upload that is
 * begun and left lies on the disk as well.
 *
 * @module
 */

/** Counts per node; forgets at midnight (UTC). */
export class DayQuota {
  readonly #max: number;
  readonly #today: () => string;
  readonly #used = new Map<string, number>();
  #day = "";

  /** @param max per node and day */
  constructor(max: number, today: () => string = () => new Date().toISOString().slice(0, 10)) {
    this.#max = max;
    this.#today = today;
  }

  /** Takes `amount`; false, and nothing taken, when that is more than the node has left. */
  take(node: string, amount: number): boolean {
    const day = this.#today();
    if (day !== this.#day) this.#used.clear();
    this.#day = day;
    const used = (this.#used.get(node) ?? 0) + amount;
    if (used > this.#max) return false;
    this.#used.set(node, used);
    return true;
  }
}
