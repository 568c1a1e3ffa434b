/**
 * A client that speaks raw gRPC to the gateway, as nobody's library would.
 *
 * @module
 */
import { framed, GrpcError, readMessage, Status } from "../../../web/gateway/grpc.ts";

const SERVICE = "temporal.api.workflowservice.v1.WorkflowService";

/** How a call ended. */
export interface Outcome {
  code: number;
  details: string;
  bytes?: Uint8Array;
}

/** One connection to the gateway. */
export class RawNode implements Disposable {
  readonly #address: string;
  readonly #token: string | undefined;
  readonly #client = Deno.createHttpClient({ http1: false, http2: true });

  constructor(address: string, token?: string) {
    this.#address = address;
    this.#token = token;
  }

  /** Calls `method`; `cancel()` on the promise goes away from it. */
  call(
    method: string,
    body: Uint8Array,
    options: { ms?: number; header?: string } = {},
  ): Promise<Outcome> & { cancel(): void } {
    const gone = new AbortController();
    const ms = options.ms ?? 5_000;
    const timer = setTimeout(() => gone.abort(), ms);
    const outcome = this.#call(method, body, options.header, ms, gone.signal)
      .finally(() => clearTimeout(timer));
    return Object.assign(outcome, { cancel: () => gone.abort() });
  }

  /** Closes the connection, with all that is under way. */
  [Symbol.dispose](): void {
    this.#client.close();
  }

  async #call(
    method: string,
    body: Uint8Array,
    header = this.#token && `Bearer ${this.#token}`,
    ms: number,
    signal: AbortSignal,
  ): Promise<Outcome> {
    try {
      const response = await fetch(`http://${this.#address}/${SERVICE}/${method}`, {
        client: this.#client,
        method: "POST",
        headers: {
          ...(header ? { authorization: header } : {}),
          "content-type": "application/grpc",
          "grpc-timeout": `${ms}m`,
        },
        body: framed(body),
        signal,
      });
      const code = Number(response.headers.get("grpc-status"));
      const bytes = await readMessage(response.body, null);
      const details = decodeURIComponent(response.headers.get("grpc-message") ?? "");
      return { code, details, ...(bytes === null ? {} : { bytes }) };
    } catch (error) {
      if (error instanceof GrpcError) return { code: error.code, details: error.message };
      const code = signal.aborted ? Status.CANCELLED : Status.UNAVAILABLE;
      return { code, details: String(error) };
    }
  }
}
