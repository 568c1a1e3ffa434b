/**
 * The last question before an order: does its permit still stand? A node that froze with a permit
 * in its hands would otherwise act, when it thaws, for a run that was cancelled meanwhile.
 *
 * @module
 */
import { StepFailure } from "../../contract/mod.ts";
import type { PermitAuthority } from "../ports.ts";

/** How long the control plane has for its answer, milliseconds. */
const ANSWER_MS = 1_000;
/** An answer this old was overtaken by a freeze of this process and is asked for again. */
const STALE_MS = 3 * ANSWER_MS;
const MOST_ASKED = 3;

/**
 * Throws {@link StepFailure} `refused` when the control plane says that the permit stands no more.
 *
 * When it cannot be reached, or is slow, the node goes ahead: the permit is signed and young, and a
 * rescue is never delayed by the record.
 */
export async function checkStands(
  authority: PermitAuthority,
  permit: string,
  signal: AbortSignal,
): Promise<void> {
  for (let asked = 0; asked < MOST_ASKED; asked++) {
    const began = performance.now();
    const answer = await ask(authority, permit, signal);
    signal.throwIfAborted();
    if (answer?.stands === false) {
      throw new StepFailure(
        "refused",
        `the permit stands no more: ${answer.reason ?? "no reason"}`,
      );
    }
    if (performance.now() - began < STALE_MS) return;
  }
}

/** The answer, or undefined when there is none in time. */
async function ask(
  authority: PermitAuthority,
  permit: string,
  signal: AbortSignal,
): Promise<{ stands: boolean; reason?: string } | undefined> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ANSWER_MS);
  const end = AbortSignal.any([signal, late.signal]);
  const none = new Promise<undefined>((resolve) => {
    if (end.aborted) resolve(undefined);
    end.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  try {
    return await Promise.race([authority(permit, end).catch(() => undefined), none]);
  } finally {
    clearTimeout(timer);
  }
}
