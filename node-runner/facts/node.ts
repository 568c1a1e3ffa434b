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
  /** Why there is no guard. */
  guardReason?: string;
  /** Null when it does not answer; `collectorReason` says why. */
  collector:
    | Pick<CollectorStatus, "version" | "rssBytes" | "capabilities" | "missing">
    | null;
  /** Why there is no collector. */
  collectorReason?: string;
}

/** Asks the machine, the guard and the collector; a dead one is a fact, not a failure. */
export async function nodeFacts(guard: NativeClient, collector: NativeClient): Promise<NodeFacts> {
  const [machine, watcher, source] = await Promise.all([
    machineFacts(),
    ask(guard, ({ mode, version, policyHash, rssBytes, watching }: GuardStatus) => ({
      level: watching.level,
      guard: { mode, version, policyHash, rssBytes },
    })),
    ask(collector, ({ version, rssBytes, capabilities, missing }: CollectorStatus) => ({
      ...{ version, rssBytes, capabilities, missing },
    })),
  ]);
  return {
    ...machine,
    version: VERSION,
    level: watcher.answer?.level ?? null,
    guard: watcher.answer?.guard ?? null,
    ...(watcher.reason === undefined ? {} : { guardReason: watcher.reason }),
    collector: source.answer,
    ...(source.reason === undefined ? {} : { collectorReason: source.reason }),
  };
}

const MOST_REASON = 500;

/** The part of a process's status that `read` takes, or why there is none. */
async function ask<Status, Facts>(
  client: NativeClient,
  read: (status: Status) => Facts,
): Promise<{ answer: Facts; reason?: never } | { answer: null; reason: string }> {
  try {
    return { answer: read(await client.call<Status>("status", {}, { deadlineMs: 1_500 })) };
  } catch (error) {
    return { answer: null, reason: errorText(error).slice(0, MOST_REASON) };
  }
}
