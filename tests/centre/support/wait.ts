/**
 * Waiting for what a test expects, without fixed times.
 *
 * @module
 */

/** Polls until `check` gives something true; throws with the last error after `limitMs`. */
export async function until<T>(
  what: string,
  check: () => Promise<T> | T,
  limitMs = 60_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + limitMs;
  let last: unknown = "it stayed false";
  while (Date.now() < end) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${limitMs} ms (${last})`);
}

/** A port that was free a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
