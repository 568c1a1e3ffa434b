/**
 * One connection to a native process: many requests in flight, answers in any order.
 *
 * @module
 */
import { NativeError } from "./errors.ts";
import { PROTOCOL } from "../../native/contract/mod.ts";
import { encodeFrame, FrameError, FrameReader } from "./frame.ts";

const READ_BYTES = 64 * 1024;
/** Bytes waiting for a peer that does not read; beyond it new calls are refused. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** Answers the peer may still owe for calls that were given up. */
const MAX_GIVEN_UP = 10_000;

/** What ends a call early. */
export interface RequestLimits {
  /** Milliseconds until the call fails with `deadline_exceeded`; sent to the peer as well. */
  deadlineMs: number;
  /** Aborting sends a Cancel frame and fails the call with `cancelled`. */
  signal?: AbortSignal;
  /**
   * Milliseconds to wait for the peer's own answer after a cancel, so that what was done until
   * then is known; 0 by default.
   */
  cancelGraceMs?: number;
}

/** A message of the event stream. */
export interface NativeEvent {
  /** Name of the event. */
  event: string;
  /** Rises by one per event of the process. */
  seq: number;
  /** The event's own type. */
  data: unknown;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: NativeError): void;
}

/** A live connection; once closed it stays closed. */
export class Connection {
  readonly #conn: Deno.Conn;
  readonly #name: string;
  readonly #onEvent: (event: NativeEvent) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #givenUp = new Set<number>();
  readonly #done = Promise.withResolvers<NativeError>();
  #nextId = 1;
  #unsentBytes = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #closedBy: NativeError | undefined;

  /** Takes over `conn`; `name` stands in errors. */
  constructor(conn: Deno.Conn, name: string, onEvent: (event: NativeEvent) => void = () => {}) {
    this.#conn = conn;
    this.#name = name;
    this.#onEvent = onEvent;
    this.#read();
  }

  /** Whether calls can still be made. */
  get open(): boolean {
    return this.#closedBy === undefined;
  }

  /** Settles with the reason when the connection has ended. */
  get closed(): Promise<NativeError> {
    return this.#done.promise;
  }

  /**
   * Calls a method and waits for its answer.
   *
   * @throws {NativeError} the peer's error, `deadline_exceeded`, `cancelled` or `unavailable`
   */
  request(method: string, params: unknown, limits: RequestLimits): Promise<unknown> {
    if (this.#closedBy) return Promise.reject(this.#closedBy);
    if (limits.signal?.aborted) return Promise.reject(cancelled(method));
    const id = this.#nextId++;
    const deadlineMs = Math.max(1, Math.ceil(limits.deadlineMs));
    let frame: Uint8Array;
    try {
      frame = encodeFrame({ v: PROTOCOL, id, method, deadlineMs, params });
    } catch (error) {
      return Promise.reject(new NativeError("invalid_argument", (error as Error).message));
    }
    if (this.#unsentBytes + frame.length > MAX_UNSENT_BYTES) {
      return Promise.reject(new NativeError("busy", `the ${this.#name} does not read its socket`));
    }

    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const giveUp = (error: NativeError) => {
      if (!this.#pending.delete(id)) return;
      this.#givenUp.add(id);
      this.#send(encodeFrame({ v: PROTOCOL, cancel: id }));
      reject(error);
      if (this.#givenUp.size > MAX_GIVEN_UP) {
        this.close(this.#broken("owes too many answers"));
      }
    };
    const deadline = setTimeout(
      () =>
        giveUp(
          new NativeError(
            "deadline_exceeded",
            `the ${this.#name} did not answer ${method} within ${deadlineMs} ms`,
          ),
        ),
      deadlineMs,
    );
    let grace: ReturnType<typeof setTimeout> | undefined;
    const onAbort = () => {
      if (!limits.cancelGraceMs) return giveUp(cancelled(method));
      this.#send(encodeFrame({ v: PROTOCOL, cancel: id }));
      grace = setTimeout(() => giveUp(cancelled(method)), limits.cancelGraceMs);
    };
    limits.signal?.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(id, { resolve, reject });
    this.#send(frame);
    return promise.finally(() => {
      clearTimeout(deadline);
      clearTimeout(grace);
      limits.signal?.removeEventListener("abort", onAbort);
    });
  }

  /** Ends the connection; every call in flight fails with `reason`. */
  close(reason = new NativeError("unavailable", `connection to the ${this.#name} closed`)): void {
    if (this.#closedBy) return;
    this.#closedBy = reason;
    try {
      this.#conn.close();
    } catch {
      // The peer's death may have closed it already.
    }
    for (const pending of this.#pending.values()) pending.reject(reason);
    this.#pending.clear();
    this.#givenUp.clear();
    this.#done.resolve(reason);
  }

  #send(frame: Uint8Array): void {
    this.#unsentBytes += frame.length;
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < frame.length && this.open;) {
        at += await this.#conn.write(frame.subarray(at));
      }
      this.#unsentBytes -= frame.length;
    }).catch((error) => this.close(this.#lost(error)));
  }

  async #read(): Promise<void> {
    const frames = new FrameReader();
    const chunk = new Uint8Array(READ_BYTES);
    try {
      while (this.open) {
        const count = await this.#conn.read(chunk);
        if (count === null) {
          const cut = frames.pendingBytes > 0 ? " in the middle of a message" : "";
          return this.close(this.#lost(new Error(`it closed the connection${cut}`)));
        }
        for (const message of frames.push(chunk.subarray(0, count))) this.#receive(message);
      }
    } catch (error) {
      this.close(error instanceof FrameError ? this.#broken(error.message) : this.#lost(error));
    }
  }

  #receive(message: unknown): void {
    if (typeof message !== "object" || message === null || Array.isArray(message)) {
      throw new FrameError("a message is not an object");
    }
    const { v, id, event, seq, data, result, error } = message as Record<string, unknown>;
    if (v !== PROTOCOL) throw new FrameError(`protocol version ${JSON.stringify(v)}`);
    if (typeof event === "string" && typeof seq === "number") {
      return this.#onEvent({ event, seq, data });
    }
    if (typeof id !== "number") throw new FrameError("a message without id or event");
    if (this.#givenUp.delete(id)) return;
    const pending = this.#pending.get(id);
    if (!pending) throw new FrameError(`an answer to ${id}, which was never asked`);
    if ((result === undefined) === (error === undefined || error === null)) {
      throw new FrameError("an answer needs either result or error");
    }
    this.#pending.delete(id);
    if (result !== undefined) pending.resolve(result);
    else pending.reject(NativeError.fromWire(error));
  }

  #broken(what: string): NativeError {
    return new NativeError("unavailable", `the ${this.#name} broke the protocol: ${what}`);
  }

  #lost(cause: unknown): NativeError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new NativeError("unavailable", `lost the ${this.#name}: ${why}`, { cause });
  }
}

function cancelled(method: string): NativeError {
  return new NativeError("cancelled", `${method} was cancelled`);
}
