/**
 * The way to Temporal, which may be away at any time: calls have a deadline, and whether the last
 * one arrived is known.
 *
 * @module
 */
import { Client, Connection } from "@temporalio/client";
import { errorText, log } from "../log.ts";

const CALL_MS = 5_000;

/** gRPC's codes for "nobody answered". */
const AWAY = [1, 4, 14];

/** Temporal as the control plane calls it. */
export class Temporal {
  readonly client: Client;
  readonly #connection: Connection;
  #awaySince: string | null = null;

  constructor(address: string, namespace: string) {
    this.#connection = Connection.lazy({
      address,
      connectTimeout: CALL_MS,
      channelArgs: { "grpc.max_reconnect_backoff_ms": 1_000 },
    });
    this.client = new Client({ connection: this.#connection, namespace });
  }

  /** Since when it does not answer; null while it does. */
  get awaySince(): string | null {
    return this.#awaySince;
  }

  /** One call, with a deadline. */
  async call<T>(work: (client: Client) => Promise<T>, limitMs = CALL_MS): Promise<T> {
    try {
      const result = await this.#connection.withDeadline(
        Date.now() + limitMs,
        () => work(this.client),
      );
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
    await this.#connection.close();
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

/** Whether a call failed because nobody answered, rather than by the answer. */
export function isAway(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { code?: unknown };
    if (typeof code === "number") return AWAY.includes(code);
  }
  return false;
}
