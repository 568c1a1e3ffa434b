/**
 * Bars: shares of a whole, told in words too.
 *
 * @module
 */
import type { JSX } from "preact";
import { formatBytes, formatShare } from "../format/units.ts";

/** A mark across a bar. */
export interface Mark {
  label: string;
  bytes: number;
  /** Class of the mark, e.g. `warning`. */
  kind: string;
}

/** How much of a scope is still free, with thresholds as marks. */
export function HeadroomBar(
  props: {
    label: string;
    headroomBytes: number;
    totalBytes: number;
    marks?: Mark[];
    level?: string;
  },
): JSX.Element {
  const { headroomBytes, totalBytes, marks = [] } = props;
  const share = clamp(headroomBytes / totalBytes);
  const spoken = `${props.label}: ${formatBytes(headroomBytes)} of ${
    formatBytes(totalBytes)
  } free, ${formatShare(headroomBytes, totalBytes)}`;
  return (
    <div class="headroom">
      <div class="headroom-words">
        <span>{props.label}</span>
        <span class="num">
          <strong>{formatBytes(headroomBytes)}</strong> of {formatBytes(totalBytes)} free ·{" "}
          {formatShare(headroomBytes, totalBytes)}
        </span>
      </div>
      <div class="headroom-track" role="img" aria-label={spoken}>
        <div
          class={`headroom-fill level-${props.level ?? "ok"}`}
          style={{ width: `${share * 100}%` }}
        />
        {marks.map((mark) => (
          <div
            key={mark.kind}
            class={`headroom-mark mark-${mark.kind}`}
            style={{ left: `${clamp(mark.bytes / totalBytes) * 100}%` }}
            title={`${mark.label}: ${formatBytes(mark.bytes)}`}
          />
        ))}
      </div>
      {marks.length > 0 && (
        <ul class="headroom-marks">
          {marks.map((mark) => (
            <li key={mark.kind}>
              <span class={`swatch-line mark-${mark.kind}`} aria-hidden="true" />
              {mark.label} <span class="num">{formatBytes(mark.bytes)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A plain horizontal bar inside a table cell. */
export function CellBar(
  props: { share: number; kind?: string; second?: number; title?: string },
): JSX.Element {
  return (
    <div class="cellbar" aria-hidden="true" title={props.title}>
      {props.second !== undefined && (
        <div class="cellbar-back" style={{ width: `${clamp(props.second) * 100}%` }} />
      )}
      <div
        class={`cellbar-fill ${props.kind ?? ""}`}
        style={{ width: `${clamp(props.share) * 100}%` }}
      />
    </div>
  );
}

/** 0 to 1; anything that is no number is 0. */
export function clamp(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}
