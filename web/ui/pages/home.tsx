/**
 * The overview: what runs, what ran, how the nodes are.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api/client.ts";
import type { RunSummary } from "../api/types.ts";
import { Elapsed } from "../components/ago.tsx";
import { clamp } from "../components/bars.tsx";
import { ConnectionMark } from "../components/connection.tsx";
import { StateBadge } from "../components/icons.tsx";
import { Empty, Failure, Loading } from "../components/notice.tsx";
import { outcomeOf, RunsTable } from "../components/runs_table.tsx";
import { useQuery } from "../data/use_query.ts";
import { isTerminal } from "../data/use_run.ts";
import { useRunsFeed } from "../data/use_runs_feed.ts";
import { useTitle } from "../data/use_title.ts";
import { Link } from "../router/router.tsx";
import { NodesTable } from "./nodes.tsx";

const RECENT = 8;

/** `/`. */
export function HomePage(): JSX.Element {
  const runs = useQuery("recent runs", (signal) => api.runs({ limit: 30 }, signal));
  const nodes = useQuery("nodes", (signal) => api.nodes(signal), 5000);
  const [changed, setChanged] = useState<ReadonlyMap<string, RunSummary>>(new Map());
  const connection = useRunsFeed(
    (run) => setChanged((old) => new Map(old).set(run.id, run)),
    runs.reload,
  );
  useTitle("Overview");
  const all = newestOf(runs.data?.items ?? [], changed);
  const active = all.filter((run) => !isTerminal(run.status));
  const ended = all.filter((run) => isTerminal(run.status)).slice(0, RECENT);
  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1}>Overview</h1>
        <Link class="button primary" href="/runbooks">Start a runbook</Link>
      </div>
      {runs.loading && <Loading what="the runs" />}
      {runs.error && <Failure error={runs.error} what="The runs could not be read." />}
      {runs.data && (
        <section aria-labelledby="now">
          <h2 id="now">
            Running now <ConnectionMark connection={connection} />
          </h2>
          {active.length === 0
            ? <p class="muted">Nothing is running.</p>
            : <div class="cards">{active.map((run) => <ActiveRun key={run.id} run={run} />)}</div>}
        </section>
      )}
      {runs.data && (
        <section aria-labelledby="recent">
          <h2 id="recent">
            Recently ended <Link class="quiet" href="/runs">all runs</Link>
          </h2>
          {ended.length === 0
            ? (
              <Empty title="Nothing has run yet.">
                <p>
                  Start with a dry run of a{" "}
                  <Link href="/runbooks">runbook</Link>: it looks, plans and reports, and changes
                  nothing. Or see a safe real case with{" "}
                  <code>deno task pitcrew demo near-oom</code>.
                </p>
              </Empty>
            )
            : <RunsTable runs={ended} />}
        </section>
      )}
      <section aria-labelledby="nodes">
        <h2 id="nodes">Nodes</h2>
        {nodes.error && <Failure error={nodes.error} what="The nodes could not be read." />}
        {nodes.data ? <NodesTable nodes={nodes.data.items} /> : <Loading what="the nodes" />}
      </section>
    </>
  );
}

/** What was read, brought up to date by what changed since; newest first. */
function newestOf(read: RunSummary[], changed: ReadonlyMap<string, RunSummary>): RunSummary[] {
  const byId = new Map(read.map((run) => [run.id, run]));
  for (const [id, run] of changed) {
    const known = byId.get(id);
    if (known === undefined || !isTerminal(known.status)) byId.set(id, run);
  }
  return [...byId.values()].sort((a, b) => a.startedAt < b.startedAt ? 1 : -1);
}

function ActiveRun(props: { run: RunSummary }): JSX.Element {
  const { run } = props;
  return (
    <div class="card">
      <div class="run-title">
        <h3>
          <Link data-row href={`/runs/${encodeURIComponent(run.id)}`}>{run.runbook}</Link>
        </h3>
        <StateBadge state={run.status} />
        {run.dryRun && <span class="badge tag">dry run</span>}
      </div>
      <p class="num">
        {run.node} · <Elapsed span={run} /> · {outcomeOf(run)}
      </p>
      <div class="progress" aria-hidden="true">
        <div style={{ width: `${clamp(run.progress.done / run.progress.total) * 100}%` }} />
      </div>
    </div>
  );
}
