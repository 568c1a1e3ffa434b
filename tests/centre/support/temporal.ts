/**
 * Temporal's development server as a process of its own, which a test may kill and start again.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cachedTemporal } from "../../../web/launch/setup/temporal/cache.ts";
import { freePort, until } from "./wait.ts";

/** A server on a file database. */
export class TemporalServer implements AsyncDisposable {
  readonly port: number;
  readonly #database: string;
  readonly #settings: string[];
  #child: Deno.ChildProcess | undefined;

  private constructor(port: number, database: string, settings: string[]) {
    this.port = port;
    this.#database = database;
    this.#settings = settings;
  }

  /** Starts a server that keeps its data in `folder`, with more dynamic settings (`KEY=JSON`). */
  static async start(folder: string, settings: string[] = []): Promise<TemporalServer> {
    const server = new TemporalServer(freePort(), join(folder, "temporal.db"), settings);
    await server.start();
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it (again) and waits until it listens. */
  async start(): Promise<void> {
    this.#child = new Deno.Command(await binary(), {
      args: [
        ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "never"],
        ...["--port", String(this.port), "--db-filename", this.#database],
        ...['history.timerProcessorMaxTimeShift="5ms"', ...this.#settings]
          .flatMap((setting) => ["--dynamic-config-value", setting]),
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until("Temporal listens", async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
      connection.close();
      return true;
    });
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

async function binary(): Promise<string> {
  const cached = await cachedTemporal();
  if (cached !== undefined) return cached;
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, "temporal")).find(existsSync);
  if (found === undefined) throw new Error("there is no Temporal server; run `deno task test`");
  return found;
}
