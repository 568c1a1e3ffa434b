/**
 * Runs as rows.
 *
 * @module
 */
import type { JSX } from "preact";
import type { RunSummary } from "../api/types.ts";
import { Link } from "../router/router.tsx";
import { Ago, Elapsed } from "./ago.tsx";
import { StateBadge } from "./icons.tsx";

/** A table of runs; on a phone each row becomes a card. */
export function RunsTable(props: { runs: RunSummary[]; fresh?: Set<string> }): JSX.Element {
  return (
    <table class="table rows">
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Runbook</th>
          <th scope="col">Node</th>
          <th scope="col">Trigger</th>
          <th scope="col">Started</th>
          <th scope="col" class="right">Duration</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {props.runs.map((run) => (
          <tr key={run.id} class={props.fresh?.has(run.id) ? "is-fresh" : ""}>
            <td data-label="Status">
              <StateBadge state={run.status} />
            </td>
            <th scope="row" data-label="Runbook">
              <Link class="row-link" data-row href={`/runs/${encodeURIComponent(run.id)}`}>
                {run.runbook}
              </Link>
              {run.dryRun && <span class="badge tag">dry run</span>}
            </th>
            <td data-label="Node">{run.node}</td>
            <td data-label="Trigger">
              {run.trigger.kind} <span class="muted">{run.trigger.by}</span>
            </td>
            <td data-label="Started">
              <Ago at={run.startedAt} />
            </td>
            <td data-label="Duration" class="right">
              <Elapsed span={run} />
            </td>
            <td data-label="Outcome" class="outcome-cell">{outcomeOf(run)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One line: what it came to, why it failed, or how far it is. */
export function outcomeOf(run: RunSummary): string {
  if (run.error) return run.error.message;
  if (run.summary) return run.summary;
  const { done, total } = run.progress;
  if (run.endedAt === null) return `${done} of ${total} steps done`;
  return run.status === "cancelled" ? `cancelled after ${done} of ${total} steps` : "";
}
