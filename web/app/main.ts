/**
 * The control plane's process: reads its settings, starts, says when it is ready, and ends on
 * SIGTERM, SIGINT or when its death pipe closes.
 *
 * @module
 */
import { startControlPlane } from "./control_plane.ts";
import { errorText, log } from "./log.ts";
import { readSettings } from "./settings.ts";

const READY_POLL_MS = 50;
/** The supervisor kills after 3.5 s; whatever hangs must not make it. */
const DRAIN_MS = 3_000;

const end = Promise.withResolvers<string>();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, () => end.resolve(signal));
}
globalThis.addEventListener("unhandledrejection", (event) => {
  // A defect, but not one that should take every run's control plane with it.
  event.preventDefault();
  log("error", "unhandled rejection", { reason: errorText(event.reason) });
});

async function stdinEnds(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}

async function main(): Promise<number> {
  const settings = readSettings(Deno.env);
  if (settings.deathPipe) stdinEnds().finally(() => end.resolve("death pipe closed"));
  const controlPlane = await startControlPlane(settings);
  const { url, gatewayAddress } = controlPlane;
  log("info", "listening", { url, gatewayAddress });
  let ending = false;
  const why = end.promise.then((reason) => (ending = true, reason));
  while (!ending && (await controlPlane.health()).status !== "ok") {
    await Promise.race([why, new Promise((resolve) => setTimeout(resolve, READY_POLL_MS))]);
  }
  if (!ending) log("info", "ready", { ready: true, url, gatewayAddress });
  log("info", "ending", { why: await why });
  const timer = setTimeout(() => {
    log("error", "draining took too long");
    Deno.exit(1);
  }, DRAIN_MS);
  await controlPlane.close();
  clearTimeout(timer);
  log("info", "ended");
  return 0;
}

try {
  Deno.exit(await main());
} catch (error) {
  log("error", "the control plane cannot run", { reason: errorText(error) });
  Deno.exit(1);
}
