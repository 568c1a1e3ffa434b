/**
 * The node's credentials: waited for, and read again whenever the file changes.
 *
 * @module
 */
import { errorText, log, StateLog } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";

/** What the control plane hands a node; the file is 0600 and replaced atomically. */
export interface NodeCredentials {
  /** Id of this node. */
  nodeId: string;
  /** Bearer token for the node API and the gateway. */
  token: string;
  /** Base address of the control plane's API. */
  controlPlaneUrl: string;
  /** `host:port` of the gRPC gateway. */
  gatewayAddress: string;
  /** Temporal namespace. */
  namespace: string;
  /** SPKI PEM of the key that signs permits. */
  permitPublicKey: string;
}

const FIELDS = [
  "nodeId",
  "token",
  "controlPlaneUrl",
  "gatewayAddress",
  "namespace",
  "permitPublicKey",
] as const;

/**
 * Checks the file's content.
 *
 * @throws {Error} naming the field that is missing
 */
export function parseCredentials(text: string): NodeCredentials {
  const value = JSON.parse(text) as Record<string, unknown>;
  for (const field of FIELDS) {
    if (typeof value?.[field] !== "string" || value[field] === "") {
      throw new Error(`field ${field} is missing`);
    }
  }
  return value as unknown as NodeCredentials;
}

/** Watches one credentials file. */
export class CredentialsFile {
  readonly #path: string;
  readonly #everyMs: number;
  readonly #state = new StateLog("credentials");
  #text: string | undefined;
  #current: NodeCredentials | undefined;
  #changed = Promise.withResolvers<NodeCredentials>();

  /** Looks at the file at `path` every `everyMs` milliseconds. */
  constructor(path: string, everyMs = 1_000) {
    this.#path = path;
    this.#everyMs = everyMs;
  }

  /** The newest credentials; waits for the first. */
  get current(): Promise<NodeCredentials> {
    return this.#current ? Promise.resolve(this.#current) : this.#changed.promise;
  }

  /** Settles at the next change after this call. */
  get nextChange(): Promise<NodeCredentials> {
    return this.#changed.promise;
  }

  /** Looks at the file until `signal` aborts. A broken file leaves the last good one in force. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look();
      await sleep(this.#everyMs, signal);
    }
  }

  async #look(): Promise<void> {
    try {
      const text = await Deno.readTextFile(this.#path);
      if (text === this.#text) return;
      this.#current = parseCredentials(text);
      this.#text = text;
      this.#state.set(undefined);
      log("info", "credentials read", { node: this.#current.nodeId });
      const waiting = this.#changed;
      this.#changed = Promise.withResolvers();
      waiting.resolve(this.#current);
    } catch (error) {
      const absent = error instanceof Deno.errors.NotFound;
      this.#state.set(absent ? `waiting for ${this.#path}` : errorText(error));
    }
  }
}
