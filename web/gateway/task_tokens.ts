/**
 * Task tokens that only the node they were handed to can use. Stateless, so that they survive a
 * restart of the control plane: `HMAC-SHA256(key, node id ‖ 0 ‖ token) ‖ token`.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";

const MAC_BYTES = 32;

/** Wraps and unwraps tokens. */
export class TaskTokens {
  readonly #key: Uint8Array;

  /** @param key 32 random bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The token as `node` may hold it. */
  wrap(node: string, token: Uint8Array): Uint8Array {
    const wrapped = new Uint8Array(MAC_BYTES + token.length);
    wrapped.set(this.#mac(node, token));
    wrapped.set(token, MAC_BYTES);
    return wrapped;
  }

  /** Temporal's token, or null when `node` was never handed this one. */
  unwrap(node: string, wrapped: Uint8Array): Uint8Array | null {
    if (wrapped.length <= MAC_BYTES) return null;
    const token = wrapped.subarray(MAC_BYTES);
    const genuine = timingSafeEqual(wrapped.subarray(0, MAC_BYTES), this.#mac(node, token));
    return genuine ? token : null;
  }

  #mac(node: string, token: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#key).update(node).update("\0").update(token).digest();
  }
}
