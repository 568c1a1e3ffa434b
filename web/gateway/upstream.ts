/**
 * Calls to Temporal, raw. They go over `fetch`, which speaks HTTP/2 without TLS when told that there
 * is nothing else: a connection that Temporal retires (GOAWAY, after five minutes by default) is
 * replaced, where `node:http2` of Deno 2.9 takes the whole process with it.
 *
 * @module
 */
import { framed, GrpcError, readMessage, Status } from "./grpc.ts";
import { SERVICE } from "./rules.ts";

/** A call's surroundings. */
export interface Calling {
  /** Headers that go along. */
  headers: Record<string, string>;
  /** How long Temporal may take, milliseconds. */
  limitMs: number;
  /** Ends the call: the caller went away. */
  signal: AbortSignal;
  /** It waits for work, so that silence is no bad sign. */
  longPoll: boolean;
}

/** Temporal's service. */
export class Upstream {
  readonly #address: string;
  #client = newClient();

  /** @param address `host:port` */
  constructor(address: string) {
    this.#address = address;
  }

  /**
   * One call.
   *
   * @returns the message of Temporal's answer
   * @throws {GrpcError} what Temporal answered, or that it did not
   */
  async call(method: string, message: Uint8Array, calling: Calling): Promise<Uint8Array> {
    const { headers, signal, longPoll } = calling;
    const limitMs = Math.max(1, Math.ceil(calling.limitMs));
    const late = AbortSignal.timeout(limitMs);
    const client = this.#client;
    try {
      const response = await fetch(`http://${this.#address}/${SERVICE}/${method}`, {
        client,
        method: "POST",
        redirect: "manual",
        headers: {
          ...headers,
          "content-type": "application/grpc",
          te: "trailers",
          "grpc-timeout": `${limitMs}m`,
        },
        body: framed(message),
        signal: AbortSignal.any([signal, late]),
      });
      return await messageOf(response);
    } catch (cause) {
      if (cause instanceof GrpcError) throw cause;
      if (signal.aborted) throw new GrpcError(Status.CANCELLED, "the caller went away");
      if (late.aborted) {
        // A connection may be dead without a word; the next call makes a new one.
        if (!longPoll && client === this.#client) this.#renew();
        throw new GrpcError(Status.DEADLINE_EXCEEDED, "Temporal did not answer in time");
      }
      throw new GrpcError(Status.UNAVAILABLE, "Temporal does not answer");
    }
  }

  /** Closes its connections. */
  close(): void {
    this.#client.close();
  }

  #renew(): void {
    this.#client.close();
    this.#client = newClient();
  }
}

function newClient(): Deno.HttpClient {
  return Deno.createHttpClient({ http1: false, http2: true });
}

/**
 * What an answer says. An error without a message has its status among the headers; that of an
 * answer with a message is in the trailers, which `fetch` does not show, and can only be "ok": a
 * unary call has either.
 */
async function messageOf(response: Response): Promise<Uint8Array> {
  const { headers } = response;
  const message = await readMessage(response.body, headers.get("grpc-encoding"));
  const status = headers.get("grpc-status");
  if (status !== null && status !== "0") {
    throw new GrpcError(
      Number(status),
      decoded(headers.get("grpc-message")),
      headers.get("grpc-status-details-bin"),
    );
  }
  if (response.ok && message !== null) return message;
  if (response.ok && headers.has("x-resource-exhausted-cause")) {
    throw new GrpcError(Status.RESOURCE_EXHAUSTED, "Temporal has too much to do");
  }
  const code = response.ok ? Status.UNKNOWN : Status.UNAVAILABLE;
  throw new GrpcError(code, `Temporal's answer (HTTP ${response.status}) has no status`);
}

function decoded(message: string | null): string {
  try {
    return decodeURIComponent(message ?? "");
  } catch {
    return message ?? "";
  }
}
