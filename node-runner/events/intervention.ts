/**
 * An intervention of the guard as an event for the control plane.
 *
 * @module
 */
import type { Intervention } from "../../native/contract/mod.ts";
import type { NodeEvent } from "./spool.ts";

/** Processes of each list of an intervention's plan that are passed on, the chosen ones first. */
const MOST_PROCESSES = 64;

/**
 * Makes the event; its id is the guard's, so that it counts once however often it is told.
 *
 * @throws {Error} for one that cannot be told apart from others
 */
export function interventionEvent(intervention: Intervention): NodeEvent {
  const { id, at } = intervention;
  if (typeof id !== "string") throw new Error("an intervention without an id");
  return { kind: "intervention", id, at, data: shortened(intervention) };
}

/** On a machine with thousands of processes the plan is large; who was not chosen matters little. */
function shortened(intervention: Intervention): Intervention {
  const { plan } = intervention;
  if (!plan) return intervention;
  const victims = [...plan.victims ?? []].sort((a, b) => Number(b.chosen) - Number(a.chosen));
  return {
    ...intervention,
    plan: {
      ...plan,
      victims: victims.slice(0, MOST_PROCESSES),
      protected: (plan.protected ?? []).slice(0, MOST_PROCESSES),
    },
  };
}
