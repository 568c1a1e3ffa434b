/**
 * A runbook: what it is, its form, its source.
 *
 * @module
 */
import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { RiskBadge } from "../../components/icons.tsx";
import { Failure, Loading } from "../../components/notice.tsx";
import { Prose } from "../../components/prose.tsx";
import { useQuery } from "../../data/use_query.ts";
import { useTitle } from "../../data/use_title.ts";
import { Link } from "../../router/router.tsx";
import { NotFound } from "../not_found.tsx";
import { StartForm } from "./start_form.tsx";

/** `/runbooks/:name`; node, mode and params in the query fill the form. */
export function RunbookPage(props: { name: string; search: URLSearchParams }): JSX.Element {
  const runbook = useQuery(`runbook ${props.name}`, (signal) => api.runbook(props.name, signal));
  const nodes = useQuery("nodes", (signal) => api.nodes(signal), 5000);
  useTitle(runbook.data?.title ?? props.name);
  if (runbook.error?.status === 404) {
    return <NotFound what={`There is no runbook ${props.name}`} />;
  }
  const failure = runbook.error ?? (nodes.data === null ? nodes.error : null);
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <Link href="/runbooks">Runbooks</Link>
      </nav>
      {failure && <Failure error={failure} what="The runbook could not be read." />}
      {!failure && (runbook.data === null || nodes.data === null) && <Loading what="the runbook" />}
      {runbook.data && nodes.data && (
        <>
          <div class="run-title">
            <h1 tabIndex={-1}>{runbook.data.title}</h1>
            <RiskBadge risk={runbook.data.risk} />
          </div>
          <p class="about">
            <Prose text={runbook.data.description} />
          </p>
          <StartForm
            key={props.search.toString()}
            runbook={runbook.data}
            nodes={nodes.data.items}
            defaults={{
              node: props.search.get("node"),
              mode: props.search.get("mode"),
              params: paramsOf(props.search),
            }}
          />
          <details class="fold">
            <summary>
              Source <span class="muted">sha256 {runbook.data.hash.slice(0, 16)}</span>
            </summary>
            <Source text={runbook.data.source} />
          </details>
        </>
      )}
    </>
  );
}

/** The YAML with line numbers, as text. */
function Source(props: { text: string }): JSX.Element {
  return (
    <ol class="source mono" tabIndex={0} aria-label="The runbook's file">
      {props.text.replace(/\n$/, "").split("\n").map((line, index) => (
        <li key={index}>
          <span>{line === "" ? "\u200b" : line}</span>
        </li>
      ))}
    </ol>
  );
}

/** Parameters from the address; what is no object is ignored. */
function paramsOf(search: URLSearchParams): Record<string, unknown> {
  try {
    const params = JSON.parse(search.get("params") ?? "{}");
    return typeof params === "object" && params !== null && !Array.isArray(params) ? params : {};
  } catch {
    return {};
  }
}
