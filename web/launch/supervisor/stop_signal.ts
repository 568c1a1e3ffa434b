/**
 * The one place that knows why to stop: a signal, or the end of whoever started us.
 *
 * @module
 */
import { ancestorsToWatch, isAlive } from "./ancestors.ts";

/** Tells when to stop. */
export interface StopSignal {
  /** Aborts with the reason, a string. */
  signal: AbortSignal;
  /** Resolves at the same moment. */
  stopped: Promise<void>;
  [Symbol.dispose](): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const LOOK_EVERY_MS = 300;

/**
 * Watches for INT, TERM and HUP, and for the end of the processes up to npx. Signals after the first
 * change nothing: a Ctrl-C arrives several times, from the terminal and forwarded by `deno task`.
 *
 * HUP counts only at a terminal. `nohup` has it ignored, but `deno task` forwards it all the same.
 */
export function watchForStop(): StopSignal {
  const controller = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = (reason: string) => {
    if (controller.signal.aborted) return;
    controller.abort(reason);
    resolve();
  };
  const onSignal = (name: typeof SIGNALS[number]) => {
    if (name !== "SIGHUP" || Deno.stderr.isTerminal()) stop(name);
  };
  const handlers = SIGNALS.map((name) => [name, () => onSignal(name)] as const);
  for (const [name, handler] of handlers) Deno.addSignalListener(name, handler);
  const ancestors = ancestorsToWatch();
  const timer = setInterval(() => {
    const gone = ancestors.find((ancestor) => !isAlive(ancestor));
    if (gone) stop(`${gone.command.split(" ").slice(0, 3).join(" ")} (pid ${gone.pid}) has gone`);
  }, LOOK_EVERY_MS);
  return {
    signal: controller.signal,
    stopped,
    [Symbol.dispose]() {
      clearInterval(timer);
      for (const [name, handler] of handlers) Deno.removeSignalListener(name, handler);
    },
  };
}
