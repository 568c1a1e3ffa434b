/**
 * A control plane as a process of its own, on a temporary data directory and a real Temporal.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { workflowBundle } from "../../replay/support/lab.ts";
import { TemporalServer } from "./temporal.ts";
import { freePort, until } from "./wait.ts";

const ROOT = fromFileUrl(new URL("../../../", import.meta.url));

/** People's roles. */
export type PersonRole = "viewer" | "operator" | "admin";

/** An answer. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any -- tests look into it
  body: any;
}

/** A request's extras. */
export interface Asking {
  role?: PersonRole | null;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A running control plane and its Temporal. */
export class Centre implements AsyncDisposable {
  readonly dataDir: string;
  readonly temporal: TemporalServer;
  readonly url: string;
  readonly #port: number;
  readonly #gatewayPort: number;
  #child: Deno.ChildProcess | undefined;
  #output: Promise<void> = Promise.resolve();
  /** What it logged. */
  readonly lines: string[] = [];

  private constructor(dataDir: string, temporal: TemporalServer) {
    this.dataDir = dataDir;
    this.temporal = temporal;
    this.#port = freePort();
    this.#gatewayPort = freePort();
    this.url = `http://127.0.0.1:${this.#port}`;
  }

  /** Starts both; Temporal with these dynamic settings (`KEY=JSON`) besides the usual ones. */
  static async start(settings: string[] = []): Promise<Centre> {
    const dataDir = await Deno.makeTempDir({ prefix: "pitcrew-centre-" });
    await Deno.writeTextFile(join(dataDir, "bundle.js"), (await workflowBundle()).code);
    const centre = new Centre(dataDir, await TemporalServer.start(dataDir, settings));
    await centre.start();
    return centre;
  }

  get gatewayAddress(): string {
    return `127.0.0.1:${this.#gatewayPort}`;
  }

  get pid(): number {
    return this.#child!.pid;
  }

  /** Starts the control plane (again) and waits until it is ready. */
  async start(): Promise<void> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", join(ROOT, "web/app/main.ts")],
      env: {
        PITCREW_DATA_DIR: this.dataDir,
        PITCREW_PORT: String(this.#port),
        PITCREW_GATEWAY_PORT: String(this.#gatewayPort),
        PITCREW_TEMPORAL_ADDRESS: this.temporal.address,
        PITCREW_LOCAL_NODE: "local",
        PITCREW_WORKFLOW_BUNDLE: join(this.dataDir, "bundle.js"),
        PITCREW_UI_DIST: join(this.dataDir, "ui"),
      },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#child = child;
    this.#output = this.#read(child.stdout);
    await until("the control plane is ready", async () => {
      const answer = await fetch(`${this.url}/healthz`);
      await answer.body?.cancel();
      return answer.ok;
    });
  }

  /** kill -9 */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** SIGTERM; returns the exit code. */
  async stop(): Promise<number | undefined> {
    return await this.#end("SIGTERM");
  }

  /** The token that the first start wrote. */
  token(role: PersonRole): string {
    return Deno.readTextFileSync(join(this.dataDir, "tokens", role)).trim();
  }

  /** What the local node was handed. */
  credentials(): { nodeId: string; token: string; permitPublicKey: string } {
    return JSON.parse(Deno.readTextFileSync(join(this.dataDir, "node/credentials.json")));
  }

  /** One request; with the operator's token unless told otherwise. */
  async ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    const { role = "operator", body } = asking;
    const token = asking.token ?? (role === null ? null : this.token(role));
    const raw = typeof body === "string" || body instanceof Uint8Array;
    const response = await fetch(this.url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined || raw ? {} : { "content-type": "application/json" }),
        ...asking.headers,
      },
      ...(body === undefined ? {} : { body: raw ? body as string : JSON.stringify(body) }),
    });
    const text = await response.text();
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGKILL");
    await this.temporal[Symbol.asyncDispose]();
    await Deno.remove(this.dataDir, { recursive: true });
  }

  async #end(signal: Deno.Signal): Promise<number | undefined> {
    const child = this.#child;
    if (!child) return undefined;
    this.#child = undefined;
    try {
      child.kill(signal);
    } catch {
      // It ended by itself.
    }
    const { code } = await child.status;
    await this.#output;
    return code;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (
      const text of stream.pipeThrough(
        new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
      )
    ) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
    }
  }
}
