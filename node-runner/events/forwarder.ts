/**
 * From the guard's event stream to the control plane, through the spool.
 *
 * @module
 */
import type { Intervention } from "../../native/contract/mod.ts";
import { type CentreClient, CentreError } from "../centre/mod.ts";
import { Backoff } from "../lib/backoff.ts";
import { errorText, log, StateLog } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import type { NativeClient, NativeEvent } from "../native/mod.ts";
import { CatchUp } from "./catch_up.ts";
import { interventionEvent } from "./intervention.ts";
import type { EventSpool, NodeEvent } from "./spool.ts";

/** Events and bytes per request; the control plane takes 1 MiB. */
const BATCH = { events: 50, bytes: 512 * 1024 };
/** Milliseconds to wait for more events before a request, and to look again after quiet. */
const GATHER_MS = 100;

/**
 * Listens and delivers until `signal` aborts. Every event is on disk before it counts as heard,
 * and leaves the disk when the control plane has answered, so each arrives at least once; the
 * control plane tells interventions apart by their id. What no event tells of, because this process
 * or the guard was down, comes from the guard's own record.
 */
export async function forwardEvents(
  guard: NativeClient,
  spool: EventSpool,
  centre: CentreClient,
  signal: AbortSignal,
): Promise<void> {
  const catchUp = new CatchUp(guard, spool);
  await Promise.all([
    listen(guard, spool, catchUp, signal),
    catchUp.run(signal),
    deliver(spool, centre, signal),
  ]);
}

async function listen(
  guard: NativeClient,
  spool: EventSpool,
  catchUp: CatchUp,
  signal: AbortSignal,
): Promise<void> {
  let level: string | undefined;
  let expected: number | undefined;
  for await (const event of guard.events(signal)) {
    if (event.event !== "level") catchUp.wake();
    try {
      const kept = toNodeEvent(
        event.event === "connected" ? missedWhileAway(event, expected) : event,
      );
      expected = (event.event === "connected" ? nextSeq(event) : event.seq + 1) ?? expected;
      if (!kept) continue;
      if (kept.kind === "level") {
        const now = (kept.data as { level?: string }).level;
        if (now === level) continue;
        level = now;
      }
      await spool.add(kept);
    } catch (error) {
      log("error", "an event of the guard was lost", { reason: errorText(error) });
    }
  }
}

async function deliver(
  spool: EventSpool,
  centre: CentreClient,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(500, 10_000);
  const state = new StateLog("events");
  while (!signal.aborted) {
    await sleep(GATHER_MS, signal);
    if (spool.size === 0 || signal.aborted) continue;
    try {
      const { events, done } = await spool.take(BATCH);
      await hand(events, done, centre, signal);
      backoff.reset();
      state.set(undefined);
    } catch (error) {
      if (!signal.aborted) state.set(errorText(error));
      await sleep(backoff.next(), signal);
    }
  }
}

/**
 * Hands events over. A batch that is refused goes one by one, so that an event nobody can read
 * takes no other with it; that one alone is dropped. All else, a spent quota too, waits.
 *
 * @throws {CentreError} what is not handed over yet stays in the spool
 */
async function hand(
  events: NodeEvent[],
  done: (count?: number) => Promise<void>,
  centre: CentreClient,
  signal: AbortSignal,
): Promise<void> {
  try {
    await centre.events(events, signal);
    return await done();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (events.length > 1) {
      for (const event of events) await hand([event], () => done(1), centre, signal);
      return;
    }
    const { kind, id } = events[0]!;
    log("error", "the control plane refused an event", { kind, id, reason: error.message });
    await done();
  }
}

/** Whether it is about what was sent, which sending it again does not change. */
function isRefusal(error: unknown): error is CentreError {
  return error instanceof CentreError && [400, 413, 422].includes(error.status);
}

/** The same guard went on counting while nobody listened; one that restarted begins at 1 again. */
function missedWhileAway(event: NativeEvent, expected: number | undefined): NativeEvent {
  const next = nextSeq(event);
  if (expected === undefined || next === undefined || next <= expected) return event;
  return { event: "gap", seq: next - 1, data: { missed: next - expected } };
}

function nextSeq({ data }: NativeEvent): number | undefined {
  const { nextSeq } = (data ?? {}) as { nextSeq?: unknown };
  return typeof nextSeq === "number" ? nextSeq : undefined;
}

/** Reads one message of the guard; undefined for what the control plane need not know. */
export function toNodeEvent({ event, seq, data }: NativeEvent): NodeEvent | undefined {
  const fields = (data ?? {}) as { at?: unknown };
  const at = typeof fields.at === "string" ? fields.at : new Date().toISOString();
  switch (event) {
    case "intervention":
      return interventionEvent(data as Intervention);
    case "level":
      return { kind: "level", id: `level-${at}-${seq}`, at, data };
    case "gap":
      return { kind: "gap", id: `gap-${at}-${seq}`, at, data };
    default:
      return undefined;
  }
}
