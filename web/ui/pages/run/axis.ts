/**
 * The time axis of a run, pure.
 *
 * @module
 */
import { axisStepMs } from "../../format/time.ts";

/** From the run's start, `spanMs` wide. */
export interface Axis {
  startMs: number;
  spanMs: number;
  /** ms from the start. */
  ticks: number[];
}

interface Span {
  startedAt: string | null;
  endedAt: string | null;
}

/**
 * The axis of a run. While it runs the span grows in whole steps, so that bars do not creep at
 * every tick of the clock.
 */
export function axisOf(run: Span & { steps: Span[] }, now: number): Axis {
  const startMs = Date.parse(run.startedAt ?? "");
  const ends = [run, ...run.steps].flatMap((span) =>
    span.endedAt === null ? [] : [Date.parse(span.endedAt)]
  );
  const lastMs = run.endedAt === null ? Math.max(now, ...ends) : Math.max(...ends);
  const exact = Math.max(1, lastMs - startMs);
  const step = axisStepMs(exact);
  const spanMs = run.endedAt === null ? Math.ceil(exact / step) * step : exact;
  const ticks: number[] = [];
  for (let at = 0; at <= spanMs * 0.97; at += step) ticks.push(at);
  return { startMs, spanMs, ticks };
}

/** Where a step lies on the axis, as shares; null before it starts. */
export function placeOnAxis(
  step: Span,
  axis: Axis,
  now: number,
): { left: number; width: number } | null {
  if (step.startedAt === null) return null;
  const from = Date.parse(step.startedAt) - axis.startMs;
  const to = (step.endedAt === null ? now : Date.parse(step.endedAt)) - axis.startMs;
  const left = share(from / axis.spanMs);
  return { left, width: Math.max(0.004, share(to / axis.spanMs) - left) };
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
