/**
 * The node's side of the control plane's node API.
 *
 * @module
 */
import { errorText } from "../lib/log.ts";
import type { NodeCredentials } from "./credentials.ts";

/** The control plane could not be reached, or said no. */
export class CentreError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CentreError";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;

  /** A refusal, or no answer at all (status 0). */
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** Whether the same request may succeed later. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** How much of an artifact the control plane holds. */
export interface UploadState {
  /** Bytes held. */
  offset: number;
  /** Whether all has arrived and the hash fits. */
  complete: boolean;
}

/** What a chunk belongs to. */
export interface UploadTarget {
  /** Hash of the whole content. */
  sha256: string;
  /** Bytes in all. */
  size: number;
  /** What it is, e.g. `panorama`. */
  kind: string;
  /** Media type. */
  mediaType: string;
  /** File name to offer. */
  name: string;
  /** The run it belongs to. */
  runId: string;
}

/** Calls `/node/v1/…`; every call has a timeout and throws {@linkcode CentreError}. */
export class CentreClient {
  readonly #credentials: () => Promise<NodeCredentials>;

  /** Reads the newest credentials for every call. */
  constructor(credentials: () => Promise<NodeCredentials>) {
    this.#credentials = credentials;
  }

  /** Reports the node's facts. */
  async heartbeat(facts: unknown, signal?: AbortSignal): Promise<void> {
    await this.#json("POST", "heartbeat", facts, 4_000, signal);
  }

  /** Hands over events; the control plane keeps each intervention once, by its id. */
  async events(events: unknown[], signal?: AbortSignal): Promise<void> {
    await this.#json("POST", "events", { events }, 10_000, signal);
  }

  /** Whether a permit still stands; an answer that says neither counts as none. */
  async permitStands(
    permit: string,
    signal?: AbortSignal,
  ): Promise<{ stands: boolean; reason?: string }> {
    const answer = await this.#json("POST", "permits/check", { permit }, 5_000, signal);
    const { stands, reason } = (answer ?? {}) as { stands?: unknown; reason?: unknown };
    if (typeof stands !== "boolean") {
      throw new CentreError(0, "the control plane answered without a word on the permit");
    }
    return { stands, ...(typeof reason === "string" ? { reason } : {}) };
  }

  /** How much of an artifact has arrived. */
  async uploadState(sha256: string, signal?: AbortSignal): Promise<UploadState> {
    return uploadState(await this.#json("GET", `artifacts/${sha256}`, undefined, 10_000, signal));
  }

  /** Appends a chunk at `offset`. */
  async upload(
    target: UploadTarget,
    offset: number,
    chunk: Uint8Array<ArrayBuffer>,
    signal?: AbortSignal,
  ): Promise<UploadState> {
    const query = new URLSearchParams({
      offset: String(offset),
      size: String(target.size),
      kind: target.kind,
      mediaType: target.mediaType,
      name: target.name,
      run: target.runId,
    });
    const path = `artifacts/${target.sha256}?${query}`;
    return uploadState(await this.#json("PUT", path, chunk, 60_000, signal));
  }

  async #json(
    method: string,
    path: string,
    body: unknown,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const { controlPlaneUrl, token } = await this.#credentials();
    const timeout = AbortSignal.timeout(timeoutMs);
    const binary = body instanceof Uint8Array;
    try {
      const response = await fetch(new URL(`/node/v1/${path}`, controlPlaneUrl), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined
            ? {}
            : { "content-type": binary ? "application/octet-stream" : "application/json" }),
        },
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        ...(body === undefined
          ? {}
          : { body: binary ? body as Uint8Array<ArrayBuffer> : JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new CentreError(response.status, refusal(response.status, text));
      return text === "" ? null : JSON.parse(text);
    } catch (error) {
      if (error instanceof CentreError) throw error;
      const late = timeout.aborted ? `no answer within ${timeoutMs} ms` : errorText(error);
      throw new CentreError(0, `the control plane cannot be reached: ${late}`, { cause: error });
    }
  }
}

function refusal(status: number, text: string): string {
  let detail: unknown;
  try {
    detail = (JSON.parse(text) as { detail?: unknown }).detail;
  } catch {
    // A proxy's page is no help.
  }
  return `the control plane answered ${status}${typeof detail === "string" ? `: ${detail}` : ""}`;
}

function uploadState(answer: unknown): UploadState {
  const { offset, complete } = (answer ?? {}) as Partial<UploadState>;
  if (!Number.isSafeInteger(offset) || typeof complete !== "boolean") {
    throw new CentreError(0, "the control plane answered without offset and complete");
  }
  return { offset: offset!, complete };
}
