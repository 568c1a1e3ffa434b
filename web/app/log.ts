/**
 * The control plane's log: one JSON line an event on stdout. Callers pass no secrets.
 *
 * @module
 */

/** How much it matters. */
export type Level = "info" | "warn" | "error";

/** Writes a line. */
export function log(level: Level, message: string, fields: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}

/** An error as a log holds it: its message, and its cause's. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${errorText(error.cause)}`;
  return `${error.message}${cause}`;
}
