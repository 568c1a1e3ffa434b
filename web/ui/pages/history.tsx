/**
 * The history of runs.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { api, ApiError } from "../api/client.ts";
import type { RunSummary } from "../api/types.ts";
import { ConnectionMark } from "../components/connection.tsx";
import { STATE_NAMES } from "../components/icons.tsx";
import { Empty, Failure, Loading } from "../components/notice.tsx";
import { RunsTable } from "../components/runs_table.tsx";
import { useQuery } from "../data/use_query.ts";
import { useRunsFeed } from "../data/use_runs_feed.ts";
import { useTitle } from "../data/use_title.ts";
import { plural } from "../format/units.ts";
import { Link, setSearch } from "../router/router.tsx";

const PAGE = 50;
const STATUSES = ["running", "waiting", "completed", "failed", "cancelled"] as const;

interface Filter {
  status: string;
  runbook: string;
  node: string;
}

/** `/runs`; the filters live in the query, so that a view can be sent to somebody. */
export function HistoryPage(props: { search: URLSearchParams }): JSX.Element {
  const filter: Filter = {
    status: props.search.get("status") ?? "",
    runbook: props.search.get("runbook") ?? "",
    node: props.search.get("node") ?? "",
  };
  const key = JSON.stringify(filter);
  useTitle("Runs");
  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1}>Runs</h1>
        <Link class="button primary" href="/runbooks">Start a runbook</Link>
      </div>
      <Filters filter={filter} />
      <RunPages key={key} filter={filter} />
    </>
  );
}

function Filters(props: { filter: Filter }): JSX.Element {
  const runbooks = useQuery("runbooks", (signal) => api.runbooks(signal));
  const nodes = useQuery("nodes", (signal) => api.nodes(signal));
  const { filter } = props;
  const set = Object.values(filter).some((value) => value !== "");
  return (
    <form
      class="filters"
      aria-label="Filter the runs"
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice
        name="status"
        label="Status"
        value={filter.status}
        options={STATUSES.map((status) => [status, STATE_NAMES[status]])}
      />
      <Choice
        name="runbook"
        label="Runbook"
        value={filter.runbook}
        options={(runbooks.data?.items ?? []).map((one) => [one.name, one.name])}
      />
      <Choice
        name="node"
        label="Node"
        value={filter.node}
        options={(nodes.data?.items ?? []).map((one) => [one.id, one.id])}
      />
      {set && (
        <button
          type="button"
          onClick={() => setSearch({ status: "", runbook: "", node: "" })}
        >
          Clear
        </button>
      )}
    </form>
  );
}

function Choice(
  props: { name: string; label: string; value: string; options: [string, string][] },
): JSX.Element {
  const known = props.value === "" || props.options.some(([value]) => value === props.value);
  const options = known ? props.options : [...props.options, [props.value, props.value] as const];
  return (
    <label class="field inline">
      <span>{props.label}</span>
      <select
        value={props.value}
        onChange={(event) => setSearch({ [props.name]: event.currentTarget.value })}
      >
        <option value="">all</option>
        {options.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
    </label>
  );
}

/**
 * The rows. Known runs change in place; new ones are counted in a line above and only come in when
 * asked for, unless the reader is at the very top.
 */
function RunPages(props: { filter: Filter }): JSX.Element {
  const { filter } = props;
  const [rows, setRows] = useState<RunSummary[]>([]);
  const [cursor, setCursor] = useState<string | undefined>();
  const [state, setState] = useState<"loading" | "ready">("loading");
  const [error, setError] = useState<ApiError | null>(null);
  const [waiting, setWaiting] = useState<RunSummary[]>([]);
  const [fresh, setFresh] = useState<Set<string>>(new Set());

  const load = async (from?: string) => {
    setError(null);
    try {
      const page = await api.runs({ ...filter, limit: PAGE, cursor: from });
      setRows((old) => from === undefined ? page.items : join(old, page.items));
      setCursor(page.nextCursor);
      if (from === undefined) setWaiting([]);
    } catch (failure) {
      setError(failure as ApiError);
    }
    setState("ready");
  };
  useEffect(() => void load(), []);

  const take = (run: RunSummary) => {
    setRows((old) => old.map((row) => row.id === run.id ? run : row));
    if (!fits(run, filter)) return;
    setWaiting((old) => [run, ...old.filter((other) => other.id !== run.id)]);
  };
  // What was missed comes in like any other news, so that the rows stay where they are.
  const catchUp = async () => {
    const page = await api.runs({ ...filter, limit: PAGE }).catch(() => null);
    for (const run of page?.items.toReversed() ?? []) take(run);
  };
  const connection = useRunsFeed(take, () => void catchUp());
  const shown = useMemo(() => new Set(rows.map((row) => row.id)), [rows]);
  const news = waiting.filter((run) => !shown.has(run.id) && isNewer(run, rows[0]));

  const bringIn = () => {
    setRows((old) => join(news, old));
    setFresh(new Set(news.map((run) => run.id)));
    setWaiting([]);
  };
  useEffect(() => {
    if (news.length > 0 && scrollY < 40 && !isReading()) bringIn();
  }, [news.length]);

  if (state === "loading") return <Loading what="the runs" />;
  if (error && rows.length === 0) {
    return <Failure error={error} what="The runs could not be read." retry={() => void load()} />;
  }
  const filtered = Object.values(filter).some((value) => value !== "");
  return (
    <>
      <p class="list-line">
        <ConnectionMark connection={connection} />
        {news.length > 0 && (
          <button type="button" class="news" onClick={bringIn}>
            Show {plural(news.length, "new run")}
          </button>
        )}
      </p>
      {rows.length === 0
        ? (
          <Empty title={filtered ? "No run fits these filters." : "Nothing has run yet."}>
            <p>
              {filtered ? "Clear a filter to see more." : (
                <>
                  Start with a dry run of a{" "}
                  <Link href="/runbooks">runbook</Link>: it changes nothing.
                </>
              )}
            </p>
          </Empty>
        )
        : <RunsTable runs={rows} fresh={fresh} />}
      {error && rows.length > 0 && <Failure error={error} what="More could not be read." />}
      {cursor !== undefined && (
        <button type="button" class="more" onClick={() => void load(cursor)}>
          Show older runs
        </button>
      )}
    </>
  );
}

function fits(run: RunSummary, filter: Filter): boolean {
  return (filter.status === "" || run.status === filter.status) &&
    (filter.runbook === "" || run.runbook === filter.runbook) &&
    (filter.node === "" || run.node === filter.node);
}

function isNewer(run: RunSummary, first: RunSummary | undefined): boolean {
  return first === undefined || run.startedAt >= first.startedAt;
}

/** Whether the focus is in the table, where rows must not move away. */
function isReading(): boolean {
  return document.activeElement?.closest("table") != null;
}

function join(first: RunSummary[], second: RunSummary[]): RunSummary[] {
  const ids = new Set(first.map((run) => run.id));
  return [...first, ...second.filter((run) => !ids.has(run.id))];
}
