/**
 * Whether and when a failed attempt is repeated; pure.
 *
 * @module
 */
import type { RetryPolicy } from "../../runbooks/language/plan.ts";
import type { AttemptFailure } from "./ports.ts";

/** Milliseconds before a lost attempt is repeated. */
const LOST_DELAY_MS = 500;
/** Lost attempts in a row after which the delay stops growing. */
const LOST_DOUBLINGS = 4;

/** What has been tried so far. */
export interface Tries {
  /** Attempts that count against the declared number. */
  used: number;
  /** Lost attempts since the last that counted. */
  lostInRow: number;
}

/** Before the first attempt. */
export const NO_TRIES: Tries = { used: 0, lostInRow: 0 };

/** What to do after a failure: give up, or try again after a delay. */
export type Verdict = { again: false } | { again: true; delayMs: number };

/** The tries after one more failure. */
export function countTry(tries: Tries, failure: AttemptFailure): Tries {
  if (failure.kind === "lost") return { ...tries, lostInRow: tries.lostInRow + 1 };
  return { used: tries.used + 1, lostInRow: 0 };
}

/** Decides after `tries`, of which the last ended in `failure`; `leftMs` is the step's time left. */
export function verdictOn(
  failure: AttemptFailure,
  tries: Tries,
  retry: RetryPolicy,
  leftMs: number,
): Verdict {
  const delayMs = failure.kind === "lost" ? lostDelay(tries) : declaredDelay(tries, retry);
  const final = failure.kind === "cancelled" || failure.kind === "timed_out" ||
    (failure.kind === "failed" && (!failure.retryable || tries.used >= retry.attempts));
  return final || delayMs >= leftMs ? { again: false } : { again: true, delayMs };
}

function lostDelay({ lostInRow }: Tries): number {
  return LOST_DELAY_MS * 2 ** Math.min(Math.max(0, lostInRow - 1), LOST_DOUBLINGS);
}

function declaredDelay({ used }: Tries, { delayMs, backoff, maxDelayMs }: RetryPolicy): number {
  return Math.round(Math.min(delayMs * backoff ** Math.max(0, used - 1), maxDelayMs));
}
