/**
 * Moments and durations that keep themselves fresh.
 *
 * @module
 */
import type { JSX } from "preact";
import { useNow } from "../data/use_now.ts";
import { elapsedMs, formatAbsolute, formatAgo, formatClock } from "../format/time.ts";
import { formatDuration } from "../format/units.ts";

/** `3 min ago`, with the absolute time on hover. */
export function Ago(props: { at: string | null }): JSX.Element {
  const young = props.at !== null && Date.now() - Date.parse(props.at) < 120_000;
  const now = useNow(young ? 1000 : 15_000);
  if (props.at === null) return <span class="muted">never</span>;
  return (
    <time dateTime={props.at} title={formatAbsolute(props.at)}>{formatAgo(props.at, now)}</time>
  );
}

/** Time of day, with the date on hover. */
export function Clock(props: { at: string; milliseconds?: boolean }): JSX.Element {
  return (
    <time dateTime={props.at} title={formatAbsolute(props.at)} class="num">
      {formatClock(props.at, props.milliseconds)}
    </time>
  );
}

/** How long something took, or has taken so far. */
export function Elapsed(
  props: { span: { startedAt: string | null; endedAt: string | null } },
): JSX.Element {
  const open = props.span.startedAt !== null && props.span.endedAt === null;
  const now = useNow(open ? 1000 : null);
  const ms = elapsedMs(props.span, now);
  return ms === null ? <span class="muted">—</span> : (
    <span class="num">
      {open ? formatDuration(Math.floor(ms / 1000) * 1000) : formatDuration(ms)}
    </span>
  );
}
