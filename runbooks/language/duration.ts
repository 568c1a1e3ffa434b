/**
 * Durations as people write them: `500ms`, `2s`, `5m`, `1h`, `1.5s`.
 *
 * @module
 */

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const FORM = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/;

/** The longest duration a runbook may name: one week, in milliseconds. */
export const LONGEST_MS = 7 * 24 * 3_600_000;

/** Whole milliseconds, or undefined when the text is no duration or longer than a week. */
export function parseDuration(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const ms = Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
  return ms <= LONGEST_MS ? ms : undefined;
}

/** The shortest exact form of whole milliseconds, e.g. 1500 → `1500ms`, 120000 → `2m`. */
export function formatDuration(ms: number): string {
  for (const unit of ["h", "m", "s"] as const) {
    if (ms >= UNITS[unit] && ms % UNITS[unit] === 0) return `${ms / UNITS[unit]}${unit}`;
  }
  return `${ms}ms`;
}
