/**
 * Frames of the native sockets: a 4-byte big-endian length, then that many bytes of UTF-8 JSON.
 *
 * @module
 */

import { MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES } from "../../native/contract/mod.ts";

const HEADER_BYTES = 4;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The peer broke the framing; the connection cannot be trusted any more. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/**
 * Turns a message into one frame.
 *
 * @throws {FrameError} when it is larger than `maxBytes`
 */
export function encodeFrame(message: unknown, maxBytes: number = MAX_REQUEST_BYTES): Uint8Array {
  const body = encoder.encode(JSON.stringify(message));
  if (body.length > maxBytes) {
    throw new FrameError(`message of ${body.length} bytes is larger than ${maxBytes}`);
  }
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/**
 * Cuts a byte stream into messages, however the bytes arrive. It never buffers more than one frame
 * of `maxBytes` plus one read, since an announced length is checked before its body is awaited.
 */
export class FrameReader {
  #buffer = new Uint8Array(4 * 1024);
  #length = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number = MAX_RESPONSE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of an unfinished frame; more than 0 at the end of the stream means it was cut. */
  get pendingBytes(): number {
    return this.#length;
  }

  /**
   * Takes the next bytes and returns the messages they complete.
   *
   * @throws {FrameError} on an empty or oversize frame, bytes that are not UTF-8, or not JSON
   */
  push(chunk: Uint8Array): unknown[] {
    this.#append(chunk);
    const view = new DataView(this.#buffer.buffer);
    const messages: unknown[] = [];
    let at = 0;
    while (this.#length - at >= HEADER_BYTES) {
      const length = view.getUint32(at);
      if (length === 0) throw new FrameError("empty frame");
      if (length > this.#maxBytes) {
        throw new FrameError(`frame of ${length} bytes is larger than ${this.#maxBytes}`);
      }
      const end = at + HEADER_BYTES + length;
      if (this.#length < end) break;
      messages.push(parse(this.#buffer.subarray(at + HEADER_BYTES, end)));
      at = end;
    }
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= at;
    return messages;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      // Doubling keeps a large frame that arrives in crumbs linear.
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch (error) {
    throw new FrameError(`not JSON in UTF-8: ${(error as Error).message}`);
  }
}
