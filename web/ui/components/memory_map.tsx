/**
 * Every byte of a machine's memory as one stacked bar with its table.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { MemoryPart, ProcessMemory } from "../api/outputs.ts";
import { formatBytes, formatShare } from "../format/units.ts";
import { CellBar, clamp } from "./bars.tsx";

/** Eight colours, then four striped ones. */
const PALETTE = 12;

interface Segment {
  id: string;
  title: string;
  bytes: number;
  kind: string;
  children: MemoryPart[];
}

/** Parts and residual add up to the total; the residual is drawn, never hidden. */
export function MemoryMap(
  props: { parts: MemoryPart[]; residualBytes: number; totalBytes: number },
): JSX.Element {
  const [active, setActive] = useState<string | null>(null);
  const segments = segmentsOf(props.parts, props.residualBytes);
  const mark = (id: string) => ({
    onMouseEnter: () => setActive(id),
    onMouseLeave: () => setActive(null),
  });
  return (
    <div class="memory">
      <div
        class="memory-bar"
        role="img"
        aria-label={`Memory of ${
          formatBytes(props.totalBytes)
        } by part; the table below has the figures`}
      >
        {segments.filter((part) => part.bytes > 0).map((part) => (
          <div
            key={part.id}
            class={`memory-part ${part.kind} ${active === part.id ? "is-active" : ""}`}
            style={{ width: `${clamp(part.bytes / props.totalBytes) * 100}%` }}
            title={`${part.title}: ${formatBytes(part.bytes)}`}
            {...mark(part.id)}
          />
        ))}
      </div>
      <div class="table-wrap" role="region" aria-label="Parts of memory" tabIndex={0}>
        <table class="table tight">
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col" class="right">Size</th>
              <th scope="col" class="right">Share</th>
            </tr>
          </thead>
          <tbody>
            {segments.map((part) => (
              <tr key={part.id} class={active === part.id ? "is-active" : ""} {...mark(part.id)}>
                <th scope="row">
                  <span class={`swatch ${part.kind}`} aria-hidden="true" />
                  {part.title}
                </th>
                <td class="num right">{formatBytes(part.bytes)}</td>
                <td class="num right">{formatShare(part.bytes, props.totalBytes)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">In all</th>
              <td class="num right">{formatBytes(props.totalBytes)}</td>
              <td class="num right">100 %</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </div>
  );
}

/** The largest processes with a bar against the largest of them. */
export function ProcessTable(props: { processes: ProcessMemory[] }): JSX.Element {
  const most = Math.max(1, ...props.processes.map((one) => one.pssBytes ?? one.rssBytes));
  return (
    <div class="table-wrap" role="region" aria-label="Largest processes" tabIndex={0}>
      <table class="table tight">
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col" class="right">Pid</th>
            <th
              scope="col"
              class="right"
              title="Proportional set size: shared pages divided fairly"
            >
              PSS
            </th>
            <th scope="col" class="right" title="Resident set size">RSS</th>
            <th scope="col" class="right">Swap</th>
            <th scope="col" class="wide">
              <span class="unseen">Bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.processes.map((one) => (
            <tr key={`${one.pid} ${one.name}`}>
              <th scope="row" class="mono">{one.name}</th>
              <td class="num right">{one.pid > 0 ? one.pid : "—"}</td>
              <td class="num right">{one.pssBytes === null ? "—" : formatBytes(one.pssBytes)}</td>
              <td class="num right">{formatBytes(one.rssBytes)}</td>
              <td class="num right">{formatBytes(one.swapBytes)}</td>
              <td class="wide">
                <CellBar share={(one.pssBytes ?? one.rssBytes) / most} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function segmentsOf(parts: MemoryPart[], residualBytes: number): Segment[] {
  const segments = parts.map((part, index): Segment => ({
    id: part.id,
    title: part.title,
    bytes: part.bytes,
    kind: part.id === "free" ? "part-free" : `part-${index % PALETTE}`,
    children: part.children ?? [],
  }));
  segments.sort((a, b) =>
    Number(a.kind === "part-free") - Number(b.kind === "part-free") || b.bytes - a.bytes
  );
  segments.forEach((part, index) => {
    if (part.kind !== "part-free") part.kind = `part-${index % PALETTE}`;
  });
  segments.push({
    id: "residual",
    title: residualBytes < 0
      ? "Residual (figures moved while being read)"
      : "Residual (no source explains it)",
    bytes: residualBytes,
    kind: "part-residual",
    children: [],
  });
  return segments;
}
