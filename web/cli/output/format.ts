/**
 * Figures as people read them, units always.
 *
 * @module
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `1.5 GiB`; three figures at most. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return "–";
  let value = Math.abs(count);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${count < 0 ? "-" : ""}${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `850 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor(ms / 1_000) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** From one ISO time to another (or now); `–` before the beginning. */
export function span(from: string | null, to: string | null, now: number = Date.now()): string {
  if (!from) return "–";
  return duration((to ? Date.parse(to) : now) - Date.parse(from));
}

/** `2026-11-23 20:45:01Z`; `–` for none. */
export function time(iso: string | null | undefined): string {
  return iso ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z` : "–";
}
