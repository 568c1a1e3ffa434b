/**
 * A client that keeps one connection to a native process and makes it again when it is lost.
 *
 * @module
 */
import { Backoff } from "../lib/backoff.ts";
import { sleep } from "../lib/sleep.ts";
import { Connection, type NativeEvent } from "./connection.ts";
import { NativeError } from "./errors.ts";

/** Where the process listens and how patient to be with it. */
export interface ClientOptions {
  /** `guard` or `collector`; names it in errors. */
  name: string;
  /** Path of its Unix socket. */
  path: string;
  /** Milliseconds to keep trying to connect within one call; 2,000 by default. */
  connectMs?: number;
}

/** Limits of one call. */
export interface CallOptions {
  /** Milliseconds for the whole call, connecting included; 10,000 by default. */
  deadlineMs?: number;
  /** Aborting cancels the call at the other side too. */
  signal?: AbortSignal;
  /** See {@linkcode RequestLimits.cancelGraceMs}. */
  cancelGraceMs?: number;
}

const DEFAULT_DEADLINE_MS = 10_000;
const DEFAULT_CONNECT_MS = 2_000;

/** Calls methods of one native process. */
export class NativeClient implements Disposable {
  /** `guard` or `collector`. */
  readonly name: string;
  readonly #path: string;
  readonly #connectMs: number;
  #connection: Connection | undefined;
  #connecting: Promise<Connection> | undefined;
  #closed = false;

  /** Connects at the first call. */
  constructor(options: ClientOptions) {
    this.name = options.name;
    this.#path = options.path;
    this.#connectMs = options.connectMs ?? DEFAULT_CONNECT_MS;
  }

  /**
   * Calls `method`; connects first where needed, with backoff.
   *
   * @throws {NativeError}
   */
  async call<Result>(method: string, params: unknown, options: CallOptions = {}): Promise<Result> {
    const until = performance.now() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
    const connection = await this.#connected(until, options.signal);
    const result = await connection.request(method, params, {
      deadlineMs: until - performance.now(),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.cancelGraceMs ? { cancelGraceMs: options.cancelGraceMs } : {}),
    });
    return result as Result;
  }

  /**
   * The process's events, from a connection of its own, made again whenever it is lost. Yields
   * `{event: "connected"}` first after each connect, with the answer to the subscription
   * (`{nextSeq}`) as its data, so that a listener knows of the break.
   */
  async *events(signal: AbortSignal): AsyncGenerator<NativeEvent, void, void> {
    const backoff = new Backoff(200, 5_000);
    while (!signal.aborted) {
      const queue = new EventQueue();
      let connection: Connection | undefined;
      try {
        connection = new Connection(await this.#dial(), this.name, (event) => queue.push(event));
        const stop = () => connection?.close();
        signal.addEventListener("abort", stop, { once: true });
        connection.closed.then(() => {
          signal.removeEventListener("abort", stop);
          queue.end();
        });
        const limits = { deadlineMs: 5_000, signal };
        const answer = await connection.request("events.subscribe", {}, limits);
        backoff.reset();
        yield { event: "connected", seq: 0, data: answer };
        yield* queue;
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
      } finally {
        connection?.close();
      }
      await sleep(backoff.next(), signal);
    }
  }

  /** Ends the connection; calls in flight and later ones fail with `unavailable`. */
  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  /** The same as {@linkcode NativeClient.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #connected(until: number, signal?: AbortSignal): Promise<Connection> {
    if (this.#connection?.open) return this.#connection;
    const backoff = new Backoff(20, 500);
    const give = Math.min(until, performance.now() + this.#connectMs);
    while (true) {
      if (signal?.aborted) throw new NativeError("cancelled", "cancelled while connecting");
      try {
        return await (this.#connecting ??= this.#connect());
      } catch (error) {
        const wait = backoff.next();
        if (this.#closed || performance.now() + wait > give) throw error;
        await sleep(wait, signal);
      }
    }
  }

  async #connect(): Promise<Connection> {
    try {
      return this.#connection = new Connection(await this.#dial(), this.name);
    } finally {
      this.#connecting = undefined;
    }
  }

  async #dial(): Promise<Deno.Conn> {
    if (this.#closed) throw new NativeError("unavailable", `the ${this.name}'s client is closed`);
    try {
      return await Deno.connect({ transport: "unix", path: this.#path });
    } catch (cause) {
      throw new NativeError("unavailable", `cannot reach the ${this.name}: ${reason(cause)}`, {
        hint: `is the ${this.name} running? It listens on ${this.#path}`,
        cause,
      });
    }
  }
}

/** Events between the reader and a slower listener; the oldest go first and leave a `gap`. */
class EventQueue {
  static readonly #MAX = 1_000;
  #events: NativeEvent[] = [];
  #missed = 0;
  #ended = false;
  #wake = Promise.withResolvers<void>();

  push(event: NativeEvent): void {
    if (this.#events.length >= EventQueue.#MAX) {
      this.#events.shift();
      this.#missed++;
    }
    this.#events.push(event);
    this.#wake.resolve();
  }

  end(): void {
    this.#ended = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<NativeEvent, void, void> {
    while (true) {
      if (this.#missed > 0) {
        yield { event: "gap", seq: 0, data: { missed: this.#missed } };
        this.#missed = 0;
      }
      const event = this.#events.shift();
      if (event) yield event;
      else if (this.#ended) return;
      else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
      }
    }
  }
}

function reason(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "its socket does not exist";
  if (cause instanceof Deno.errors.ConnectionRefused) return "nothing listens on its socket";
  return cause instanceof Error ? cause.message : String(cause);
}
