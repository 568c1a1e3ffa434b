/**
 * A whole installation for a test: `deno task start`'s own entry point on a temporary data
 * directory and free ports, spoken to only through its public faces.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { until } from "./until.ts";

/** The repository's root. */
export const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** The processes the supervisor keeps alive. */
export const PROCESSES = ["temporal", "controlPlane", "nodeRunner", "collector", "guard"] as const;
export type ProcessName = typeof PROCESSES[number];

/** `state.json` as the supervisor writes it. */
export interface StackState {
  url: string;
  temporalAddress: string;
  supervisorPid: number;
  pids: Record<ProcessName, number>;
}

/** A running installation. */
export interface Stack {
  dataDir: string;
  url: string;
  state(): StackState;
  token(role: "admin" | "operator" | "viewer"): string;
  /** A call with the operator's token (or `role`'s); answers the parsed JSON and the status. */
  api(
    method: string,
    path: string,
    body?: unknown,
    role?: "admin" | "operator" | "viewer",
  ): Promise<{ status: number; body: unknown }>;
  /** The same for callers that expect success: throws on a status ≥ 400. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** TERM, and wait until the supervisor has gone. Keeps the data directory. */
  stop(): Promise<void>;
  /** Starts again on the same data directory (after `stop`). */
  restart(env?: Record<string, string>): Promise<void>;
  /** Stops and removes everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of {@linkcode startStack}. */
export interface StackOptions {
  /** Added to the children's environment. */
  env?: Record<string, string>;
}

/** Starts an installation and waits for its `ready` line. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dataDir = await Deno.makeTempDir({ prefix: "pitcrew-test-" });
  let child = await launch(dataDir, options.env);
  const read = () => JSON.parse(Deno.readTextFileSync(join(dataDir, "state.json"))) as StackState;
  const stack: Stack = {
    dataDir,
    get url() {
      return read().url;
    },
    state: read,
    token: (role) => Deno.readTextFileSync(join(dataDir, "tokens", role)).trim(),
    async api(method, path, body, role = "operator") {
      const response = await fetch(`${read().url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${stack.token(role)}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      const json = response.headers.get("content-type")?.includes("json");
      return { status: response.status, body: json && text ? JSON.parse(text) : text };
    },
    async call<T>(method: string, path: string, body?: unknown) {
      const answer = await stack.api(method, path, body);
      if (answer.status >= 400) {
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      return answer.body as T;
    },
    async stop() {
      try {
        child.kill("SIGTERM");
      } catch {
        // Already gone.
      }
      await child.status;
    },
    async restart(env) {
      child = await launch(dataDir, env ?? options.env);
    },
    async [Symbol.asyncDispose]() {
      await stack.stop();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
  return stack;
}

async function launch(dataDir: string, env?: Record<string, string>): Promise<Deno.ChildProcess> {
  const log = join(dataDir, "start.log");
  const out = await Deno.open(log, { create: true, append: true });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "start", "--data-dir", dataDir, "--port", "0"],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  let ended = false;
  const pump = async (from: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of from) {
      out.writeSync(chunk);
      text += decoder.decode(chunk, { stream: true });
    }
  };
  Promise.all([pump(child.stdout), pump(child.stderr)]).finally(() => out.close());
  child.status.then(() => ended = true);
  await until("the installation is ready", () => {
    if (ended) throw new Error(`start ended before it was ready:\n${text}`);
    return /^ready http/m.test(text);
  }, { timeoutMs: 120_000, detail: () => text.slice(-4000) });
  return child;
}
