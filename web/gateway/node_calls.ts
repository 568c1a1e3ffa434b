/**
 * How many calls each node has under way, so that one node cannot use up the gateway.
 *
 * @module
 */

const MAX_POLLS = 16;
const MAX_OTHERS = 64;

/** Counts per node. */
export class NodeCalls {
  readonly #polls = new Map<string, number>();
  readonly #others = new Map<string, number>();

  /** False when the node has as many as it may have. */
  begin(node: string, poll: boolean): boolean {
    const counts = poll ? this.#polls : this.#others;
    const count = counts.get(node) ?? 0;
    if (count >= (poll ? MAX_POLLS : MAX_OTHERS)) return false;
    counts.set(node, count + 1);
    return true;
  }

  /** Ends one that began. */
  end(node: string, poll: boolean): void {
    const counts = poll ? this.#polls : this.#others;
    const left = (counts.get(node) ?? 1) - 1;
    if (left === 0) counts.delete(node);
    else counts.set(node, left);
  }
}
