/**
 * Waiting for a condition instead of for a time.
 *
 * @module
 */

/** Polls `condition` until it is truthy and returns its value; fails with `detail` after a limit. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number; detail?: () => string } = {},
): Promise<NonNullable<T>> {
  const { timeoutMs = 60_000, everyMs = 20, detail } = options;
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const value = await condition();
    if (value) return value as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`gave up after ${timeoutMs} ms waiting until ${what}\n${detail?.() ?? ""}`);
}
