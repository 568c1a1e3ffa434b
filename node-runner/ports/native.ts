/**
 * The guard and the collector as ports.
 *
 * @module
 */
import type { CallOptions, CollectorPort, GuardPort } from "../../activities/node/mod.ts";
import { sleep } from "../lib/sleep.ts";
import { type NativeClient, NativeError } from "../native/mod.ts";

/** How long a process that went away is waited for: its supervisor starts it again. */
const RESTART_MS = 15_000;
const PAUSE_MS = 200;
/** After a cancel the guard finishes with its victim and says what was done. */
const ORDER_CANCEL_MS = 5_000;

/** The guard. An order that is sent again gets the outcome of the first. */
export function guardPort(client: NativeClient): GuardPort {
  return {
    assess: (params, options) => persist(client, "assess", params, options),
    plan: (params, options) => persist(client, "plan", params, options),
    order: (order, options) =>
      persist(client, "order", order, { ...options, cancelGraceMs: ORDER_CANCEL_MS }),
  };
}

/** The collector. */
export function collectorPort(client: NativeClient): CollectorPort {
  return {
    panorama: (params, options) => persist(client, "panorama", params, options),
    profile: (params, options) => persist(client, "profile", params, options),
    gpuStatus: (options) => persist(client, "gpu.status", {}, options),
  };
}

/** Calls again when the process died on the way; every method of both may be asked twice. */
async function persist<Result>(
  client: NativeClient,
  method: string,
  params: unknown,
  { deadlineMs, signal, ...rest }: CallOptions & { cancelGraceMs?: number },
): Promise<Result> {
  const until = performance.now() + deadlineMs;
  let give = until;
  while (true) {
    try {
      const left = Math.max(1, until - performance.now());
      return await client.call<Result>(method, params, { ...rest, deadlineMs: left, signal });
    } catch (error) {
      if (!(error instanceof NativeError) || error.code !== "unavailable") throw error;
      const now = performance.now();
      give = Math.min(give, now + RESTART_MS);
      if (now + PAUSE_MS > give || signal.aborted) throw error;
      await sleep(PAUSE_MS, signal);
    }
  }
}
