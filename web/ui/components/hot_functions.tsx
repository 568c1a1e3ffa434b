/** The hottest functions of a profile. @module */
import type { JSX } from "preact";
import type { HotFunction } from "../api/outputs.ts";
import { formatShare } from "../format/units.ts";
import { CellBar } from "./bars.tsx";

/** Self time as a bar, with what it called behind it. */
export function HotFunctions(props: { top: HotFunction[]; samples: number }): JSX.Element {
  const most = Math.max(1, ...props.top.map((one) => one.total));
  return (
    <div class="table-wrap" role="region" aria-label="Hottest functions" tabIndex={0}>
      <table class="table tight">
        <thead>
          <tr>
            <th scope="col">Function</th>
            <th scope="col">Module</th>
            <th scope="col" class="right" title="Samples in which it was on top of the stack">
              Self
            </th>
            <th scope="col" class="right" title="Samples in which it was anywhere on the stack">
              Total
            </th>
            <th scope="col" class="wide">
              <span class="unseen">Bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.top.map((one, index) => (
            <tr key={index}>
              <th scope="row" class="mono clip" title={one.function}>{one.function}</th>
              <td class="mono muted clip" title={one.module}>{one.module}</td>
              <td class="num right">{formatShare(one.self, props.samples)}</td>
              <td class="num right">{formatShare(one.total, props.samples)}</td>
              <td class="wide">
                <CellBar share={one.self / most} second={one.total / most} kind="hot" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
