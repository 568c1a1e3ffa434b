/**
 * The head of a run: what, where, why, how it stands, how long against how long as a rule.
 *
 * @module
 */
import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import type { Run, StepStatus } from "../../api/types.ts";
import { Ago } from "../../components/ago.tsx";
import { clamp } from "../../components/bars.tsx";
import { STATE_NAMES, StateBadge, StateIcon } from "../../components/icons.tsx";
import { isTerminal } from "../../data/use_run.ts";
import { useQuery } from "../../data/use_query.ts";
import { elapsedMs, median } from "../../format/time.ts";
import { formatDuration } from "../../format/units.ts";
import { Link } from "../../router/router.tsx";

const BOXES: StepStatus[] = [
  "completed",
  "running",
  "waiting",
  "failed",
  "skipped",
  "cancelled",
  "pending",
];
/** Shown even when there are none: their absence is news. */
const ALWAYS = new Set<StepStatus>(["completed", "failed", "pending"]);
const COMPARED = 20;

/** Facts, box score and elapsed time. */
export function RunHead(props: { run: Run; now: number }): JSX.Element {
  const { run } = props;
  const scope = typeof run.params.scope === "string" ? run.params.scope : null;
  return (
    <>
      <div class="run-title">
        <h1 tabIndex={-1}>{run.runbook}</h1>
        <StateBadge state={run.status} />
        {run.dryRun && <span class="badge tag">dry run · nothing is changed</span>}
        {run.cancelRequestedAt && !isTerminal(run.status) && (
          <span class="badge tag">cancel asked for</span>
        )}
      </div>
      <dl class="figures run-facts">
        <div>
          <dt>Node</dt>
          <dd>
            <Link href={`/nodes/${encodeURIComponent(run.node)}`}>{run.node}</Link>
          </dd>
        </div>
        {scope && (
          <div>
            <dt>Scope</dt>
            <dd class="mono">{scope}</dd>
          </div>
        )}
        <div>
          <dt>Trigger</dt>
          <dd>
            {run.trigger.kind} · {run.trigger.by}
          </dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            <Ago at={run.startedAt} />
          </dd>
        </div>
        <div>
          <dt>Run</dt>
          <dd>
            <code>{run.id}</code>
          </dd>
        </div>
        <div>
          <dt>Runbook at</dt>
          <dd>
            <code title={`sha256 ${run.runbookHash}`}>{run.runbookHash.slice(0, 10)}</code>
          </dd>
        </div>
      </dl>
      <div class="run-score">
        <BoxScore run={run} />
        <Against run={run} now={props.now} />
      </div>
    </>
  );
}

function BoxScore(props: { run: Run }): JSX.Element {
  const counts = new Map<StepStatus, number>();
  for (const step of props.run.steps) counts.set(step.status, (counts.get(step.status) ?? 0) + 1);
  return (
    <ul class="score" aria-label="Steps by state">
      {BOXES.filter((state) => ALWAYS.has(state) || counts.has(state)).map((state) => (
        <li key={state} class={counts.has(state) ? "" : "is-none"}>
          <StateIcon state={state} labelled />
          <strong class="num">{counts.get(state) ?? 0}</strong> {STATE_NAMES[state].toLowerCase()}
        </li>
      ))}
    </ul>
  );
}

/** Elapsed against the median of the last runs of the same kind. */
function Against(props: { run: Run; now: number }): JSX.Element {
  const { run } = props;
  const others = useQuery(
    `typical ${run.runbook} ${run.dryRun}`,
    (signal) => api.runs({ runbook: run.runbook, status: "completed", limit: COMPARED }, signal),
  );
  const durations = (others.data?.items ?? [])
    .filter((other) => other.id !== run.id && other.dryRun === run.dryRun)
    .flatMap((other) => elapsedMs(other, props.now) ?? []);
  const typical = median(durations);
  const ms = elapsedMs(run, props.now) ?? 0;
  const words = typical === null
    ? "no earlier run to compare with"
    : `typical ${formatDuration(typical)}, median of ${durations.length}`;
  return (
    <div class="against">
      <p>
        <strong class="num">{formatDuration(ms)}</strong>{" "}
        <span class="muted">{run.endedAt === null ? "so far" : "in all"} · {words}</span>
      </p>
      {typical !== null && (
        <div class="against-track" aria-hidden="true">
          <div
            class={`against-fill ${ms > typical * 1.5 ? "is-over" : ""}`}
            style={{ width: `${clamp(ms / Math.max(ms, typical * 1.25)) * 100}%` }}
          />
          <div
            class="against-mark"
            style={{ left: `${clamp(typical / Math.max(ms, typical * 1.25)) * 100}%` }}
          />
        </div>
      )}
    </div>
  );
}
