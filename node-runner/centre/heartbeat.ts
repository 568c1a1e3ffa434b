/**
 * Tells the control plane every few seconds that the node lives, and how it is.
 *
 * @module
 */
import { errorText, StateLog } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import type { CentreClient } from "./client.ts";

/** Milliseconds between two heartbeats; offline is none for three of them. */
export const HEARTBEAT_MS = 5_000;

/** Sends until `signal` aborts; an absent control plane is tried again at the usual pace. */
export async function heartbeats(
  centre: CentreClient,
  facts: () => Promise<unknown>,
  signal: AbortSignal,
  everyMs = HEARTBEAT_MS,
): Promise<void> {
  const state = new StateLog("heartbeat");
  while (!signal.aborted) {
    const began = performance.now();
    try {
      await centre.heartbeat(await facts(), signal);
      state.set(undefined);
    } catch (error) {
      if (signal.aborted) return;
      state.set(errorText(error));
      // A control plane that is starting should see its node soon.
      await sleep(Math.min(1_000, everyMs), signal);
      continue;
    }
    await sleep(everyMs - (performance.now() - began), signal);
  }
}
