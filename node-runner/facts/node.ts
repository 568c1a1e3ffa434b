/**
 * Everything a heartbeat says.
 *
 * @module
 */
import type { CollectorStatus } from "../../native/contract/collector.ts";
import type { GuardStatus } from "../../native/contract/guard.ts";
import { errorText } from "../lib/log.ts";
import type { NativeClient } from "../native/mod.ts";
import { type MachineFacts, machineFacts } from "./machine.ts";
import { VERSION } from "./version.ts";

/** A heartbeat's body. */
export interface NodeFacts extends MachineFacts {
  /** Version of the node runner. */
  version: string;
  /** Level of the scope that the guard watches; null without a guard. */
  level: GuardStatus["watching"]["level"] | null;
  /** Null when it does not answer; `guardReason` says why. */
  guard: Pick<GuardStatus, "mode" | "version" | "policyHash" | "rssBytes"> | null;
  guardReason?: string;
  /** Null when it does not answer; `collectorReason` says why. */
  collector:
    | Pick<CollectorStatus, "version" | "rssBytes" | "capabilities" | "missing">
    | null;
  collectorReason?: string;
}

/** Asks the machine, the guard and the collector; a dead one is a fact, not a failure. */
export async function nodeFacts(guard: NativeClient, collector: NativeClient): Promise<NodeFacts> {
  const [machine, guardStatus, collectorStatus] = await Promise.all([
    machineFacts(),
    ask<GuardStatus>(guard),
    ask<CollectorStatus>(collector),
  ]);
  return {
    ...machine,
    version: VERSION,
    level: guardStatus.answer?.watching.level ?? null,
    guard: guardStatus.answer
      ? pick(guardStatus.answer, ["mode", "version", "policyHash", "rssBytes"])
      : null,
    ...(guardStatus.reason ? { guardReason: guardStatus.reason } : {}),
    collector: collectorStatus.answer
      ? pick(collectorStatus.answer, ["version", "rssBytes", "capabilities", "missing"])
      : null,
    ...(collectorStatus.reason ? { collectorReason: collectorStatus.reason } : {}),
  };
}

async function ask<Status>(
  client: NativeClient,
): Promise<{ answer: Status; reason?: never } | { answer: null; reason: string }> {
  try {
    return { answer: await client.call<Status>("status", {}, { deadlineMs: 1_500 }) };
  } catch (error) {
    return { answer: null, reason: errorText(error) };
  }
}

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
