/**
 * The library.
 *
 * @module
 */
import type { JSX } from "preact";
import { api, query } from "../api/client.ts";
import { RiskBadge } from "../components/icons.tsx";
import { Empty, Failure, Loading } from "../components/notice.tsx";
import { Prose } from "../components/prose.tsx";
import { useQuery } from "../data/use_query.ts";
import { useTitle } from "../data/use_title.ts";
import { plural } from "../format/units.ts";
import { Link } from "../router/router.tsx";

/** `/runbooks`; a node in the query is handed on to the form. */
export function RunbooksPage(props: { search: URLSearchParams }): JSX.Element {
  const runbooks = useQuery("runbooks", (signal) => api.runbooks(signal));
  useTitle("Runbooks");
  const node = props.search.get("node") ?? undefined;
  return (
    <>
      <h1 tabIndex={-1}>Runbooks</h1>
      {runbooks.loading && <Loading what="the runbooks" />}
      {runbooks.error && (
        <Failure
          error={runbooks.error}
          what="The runbooks could not be read."
          retry={runbooks.reload}
        />
      )}
      {runbooks.data?.items.length === 0 && (
        <Empty title="The library is empty.">
          <p>
            A runbook is a file{" "}
            <code>runbooks/library/&lt;name&gt;/runbook.yaml</code>; check one with{" "}
            <code>deno task pitcrew runbook validate</code>.
          </p>
        </Empty>
      )}
      <ul class="library">
        {runbooks.data?.items.map((runbook) => (
          <li key={runbook.name} class="card">
            <div class="run-title">
              <h2>
                <Link
                  data-row
                  href={`/runbooks/${encodeURIComponent(runbook.name)}${query({ node })}`}
                >
                  {runbook.title}
                </Link>
              </h2>
              <RiskBadge risk={runbook.risk} />
            </div>
            <p>
              <Prose text={runbook.description} />
            </p>
            <p class="muted num">
              <code>{runbook.name}</code> · {plural(runbook.steps, "step")} ·{" "}
              <code title={`sha256 ${runbook.hash}`}>{runbook.hash.slice(0, 10)}</code>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
