/**
 * When this process has to end.
 *
 * @module
 */
import { log } from "./lib/log.ts";

/**
 * Aborts on SIGTERM, SIGINT and, with `deathPipe`, when stdin ends because the parent is gone.
 */
export function shutdownSignal(deathPipe: boolean): AbortSignal {
  const stop = new AbortController();
  const end = (why: string) => {
    if (stop.signal.aborted) return;
    log("info", "draining", { why });
    stop.abort();
  };
  Deno.addSignalListener("SIGTERM", () => end("SIGTERM"));
  Deno.addSignalListener("SIGINT", () => end("SIGINT"));
  if (deathPipe) {
    (async () => {
      const buffer = new Uint8Array(64);
      while (await Deno.stdin.read(buffer) !== null);
    })().catch(() => {}).then(() => end("the parent is gone"));
  }
  return stop.signal;
}
