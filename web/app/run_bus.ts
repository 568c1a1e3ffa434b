/**
 * Tells event streams that a run has changed.
 *
 * @module
 */
import type { RunBus } from "../api/mod.ts";

/** A bus within this process. */
export function createRunBus(): RunBus {
  const listeners = new Set<(runId: string) => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    publish(runId) {
      for (const listener of listeners) listener(runId);
    },
  };
}
