/**
 * The way to Temporal, which may be away at any time: calls have a deadline, and whether the last
 * one arrived is known.
 *
 * The connection is that of Temporal's native core, as the worker's is. The client's own speaks
 * through `node:http2`, which in Deno 2.9 ends the process when Temporal retires the connection.
 *
 * @module
 */
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { errorText, log } from "../log.ts";

const CALL_MS = 5_000;

/** gRPC's codes for "nobody answered". */
const AWAY = [1, 4, 14];

/** Nobody answered. */
class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** gRPC's code. */
  readonly code: number;

  constructor(code: 4 | 14, message: string) {
    super(message);
    this.code = code;
  }
}

interface Line {
  connection: NativeConnection;
  client: Client;
}

/** Temporal as the control plane calls it. */
export class Temporal {
  readonly #address: string;
  readonly #namespace: string;
  #line: Promise<Line> | undefined;
  #awaySince: string | null = null;

  constructor(address: string, namespace: string) {
    this.#address = address;
    this.#namespace = namespace;
  }

  /** Since when it does not answer; null while it does. */
  get awaySince(): string | null {
    return this.#awaySince;
  }

  /** One call, with a deadline. */
  async call<T>(work: (client: Client) => Promise<T>, limitMs = CALL_MS): Promise<T> {
    try {
      const result = await within(limitMs, this.#call(work, Date.now() + limitMs));
      this.#answered();
      return result;
    } catch (error) {
      if (isAway(error)) this.#silent(error);
      else this.#answered();
      throw error;
    }
  }

  /** Whether it answers now. */
  async answers(): Promise<boolean> {
    try {
      await this.call((client) => client.workflowService.getSystemInfo({}));
      return true;
    } catch {
      return false;
    }
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    const line = await this.#line?.catch(() => undefined);
    await line?.connection.close();
  }

  async #call<T>(work: (client: Client) => Promise<T>, deadline: number): Promise<T> {
    const { connection, client } = await this.#connected();
    return await connection.withDeadline(deadline, () => work(client));
  }

  /** Connects at the first call, and again until it works; the core keeps it up from then on. */
  #connected(): Promise<Line> {
    this.#line ??= this.#connect().catch((error) => {
      this.#line = undefined;
      throw new NoAnswer(14, errorText(error));
    });
    return this.#line;
  }

  async #connect(): Promise<Line> {
    const connection = await NativeConnection.connect({ address: this.#address });
    return { connection, client: new Client({ connection, namespace: this.#namespace }) };
  }

  #answered(): void {
    if (this.#awaySince !== null) log("info", "Temporal answers again");
    this.#awaySince = null;
  }

  #silent(error: unknown): void {
    if (this.#awaySince !== null) return;
    this.#awaySince = new Date().toISOString();
    log("warn", "Temporal does not answer", { reason: errorText(error) });
  }
}

/** The core tries for longer than a deadline says when nobody is there; callers do not wait. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(4, `no answer in ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a call failed because nobody answered, rather than by the answer. */
export function isAway(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { code?: unknown };
    if (typeof code === "number") return AWAY.includes(code);
  }
  return false;
}
