/**
 * Moments for people: relative at a glance, absolute on hover.
 *
 * @module
 */
import { formatDuration } from "./units.ts";

/** `4 s ago`, `12 min ago`, `3 h ago`, `in 20 s`; days from two on. */
export function formatAgo(iso: string, now: number): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return "—";
  const seconds = Math.round((now - at) / 1000);
  if (Math.abs(seconds) < 2) return "just now";
  const amount = coarse(Math.abs(seconds));
  return seconds >= 0 ? `${amount} ago` : `in ${amount}`;
}

/** Local date and time with seconds and the offset: `2026-11-23 20:52:42 +00:00`. */
export function formatAbsolute(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "—";
  const offset = -at.getTimezoneOffset();
  const zone = `${offset < 0 ? "−" : "+"}${two(Math.abs(offset) / 60)}:${
    two(Math.abs(offset) % 60)
  }`;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${
    formatClock(iso)
  } ${zone}`;
}

/** Local time of day, with milliseconds on request. */
export function formatClock(iso: string, milliseconds = false): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "—";
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return milliseconds ? `${clock}.${String(at.getMilliseconds()).padStart(3, "0")}` : clock;
}

/** Milliseconds from start to end; to `now` while there is no end; null before the start. */
export function elapsedMs(
  span: { startedAt: string | null; endedAt: string | null },
  now: number,
): number | null {
  if (span.startedAt === null) return null;
  const end = span.endedAt === null ? now : Date.parse(span.endedAt);
  return Math.max(0, end - Date.parse(span.startedAt));
}

/** Middle of a list; null of an empty one. */
export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A readable step for an axis that spans `ms`, giving at most `most` ticks. */
export function axisStepMs(ms: number, most = 6): number {
  for (const step of STEPS_MS) if (ms / step <= most) return step;
  return STEPS_MS.at(-1)! * Math.ceil(ms / STEPS_MS.at(-1)! / most);
}

/** Tick labels: `0 s`, `500 ms`, `10 s`, `2 min`. */
export function formatTick(ms: number): string {
  if (ms === 0) return "0 s";
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000 || ms % 60_000 !== 0) return `${ms / 1000} s`;
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 60_000} min`;
}

const STEPS_MS = [
  ...[10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 4, 8, 12, 24].map((hours) => hours * 3_600_000),
];

function coarse(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return seconds < 60 * 86_400
    ? `${Math.floor(seconds / 86_400)} d`
    : formatDuration(seconds * 1000).split(" ").slice(0, 2).join(" ");
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}
