/**
 * A run, live.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { query } from "../../api/client.ts";
import type { Run } from "../../api/types.ts";
import { ArtifactList } from "../../components/artifacts.tsx";
import { ConnectionMark } from "../../components/connection.tsx";
import { STATE_NAMES } from "../../components/icons.tsx";
import { ErrorBlock, Failure, Loading } from "../../components/notice.tsx";
import { useMayOperate } from "../../data/session.ts";
import { useNow } from "../../data/use_now.ts";
import { isTerminal, useRun } from "../../data/use_run.ts";
import { useTitle } from "../../data/use_title.ts";
import { Link } from "../../router/router.tsx";
import { NotFound } from "../not_found.tsx";
import { CancelDialog } from "./cancel.tsx";
import { RunHead } from "./head.tsx";
import { stepElementId, StepsList, useOpened } from "./steps_list.tsx";

/** `/runs/:id`. */
export function RunPage(props: { id: string }): JSX.Element {
  const { run, error, connection, replace } = useRun(props.id);
  const [asking, setAsking] = useState(false);
  const mayOperate = useMayOperate();
  const [opened, toggle] = useOpened(run);
  const live = run !== null && !isTerminal(run.status);
  const now = useNow(live ? 500 : null);
  useTitle(run === null ? "Run" : `${STATE_NAMES[run.status]} · ${run.runbook}`);

  if (run === null) {
    if (error?.status === 404) return <NotFound what={`There is no run ${props.id}`} />;
    return error
      ? <Failure error={error} what="The run could not be read." />
      : <Loading what="the run" />;
  }
  const report = run.steps.find((step) =>
    step.uses === "report.compose" && step.status === "completed"
  );
  const extra = run.steps.flatMap((step) => step.artifacts);
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <Link href="/runs">Runs</Link>
        {live && <ConnectionMark connection={connection} />}
      </nav>
      <RunHead run={run} now={now} />
      <div class="actions">
        {report && (
          <Link class="button primary" href={`/runs/${encodeURIComponent(run.id)}/report`}>
            Open the report
          </Link>
        )}
        {live && mayOperate && (
          <button
            type="button"
            class="danger-quiet"
            disabled={run.cancelRequestedAt !== undefined}
            onClick={() => setAsking(true)}
          >
            {run.cancelRequestedAt === undefined ? "Cancel…" : "Cancel asked for"}
          </button>
        )}
        <Link class="button" href={againPath(run, run.dryRun)}>Run again…</Link>
        {run.dryRun && run.status === "completed" && (
          <Link class="button" href={againPath(run, false)}>Do it for real…</Link>
        )}
      </div>
      {error && <Failure error={error} what="This page may be out of date." />}
      <RunError run={run} />
      {run.summary && <p class="outcome">{run.summary}</p>}
      <StepsList run={run} now={now} opened={opened} toggle={toggle} />
      {extra.length > 0 && (
        <details class="fold">
          <summary>All artifacts of this run ({extra.length})</summary>
          <ArtifactList artifacts={extra} />
        </details>
      )}
      <details class="fold">
        <summary>Parameters</summary>
        <pre>{JSON.stringify(run.params, null, 2)}</pre>
      </details>
      <Announcer run={run} />
      {asking && <CancelDialog run={run} onClose={() => setAsking(false)} onCancelled={replace} />}
    </>
  );
}

/** Why a run failed: the way to the failed step, whose block tells it, or the run's own error. */
function RunError(props: { run: Run }): JSX.Element | null {
  const { run } = props;
  if (run.error === undefined) return null;
  const culprit = run.steps.find((step) => step.status === "failed" && !step.tolerated);
  if (culprit === undefined) return <ErrorBlock error={run.error} heading="The run failed." />;
  return (
    <p class="outcome">
      The run failed at <a href={`#${stepElementId(culprit.path)}`}>{culprit.title}</a>:{" "}
      {run.error.message}
    </p>
  );
}

/** The start form, filled in as this run was. */
function againPath(run: Run, dryRun: boolean): string {
  return `/runbooks/${encodeURIComponent(run.runbook)}${
    query({ node: run.node, mode: dryRun ? "dry" : "live", params: JSON.stringify(run.params) })
  }`;
}

/** Tells a screen reader what changed, politely. */
function Announcer(props: { run: Run }): JSX.Element {
  const before = useRef<Map<string, string> | null>(null);
  const [words, setWords] = useState("");
  useEffect(() => {
    const states = new Map(props.run.steps.map((step) => [step.path, step.status]));
    const changes = props.run.steps.filter((step) =>
      before.current !== null && before.current.get(step.path) !== step.status
    );
    before.current = states;
    if (changes.length > 0) {
      setWords(
        changes.map((step) => `${step.title}: ${STATE_NAMES[step.status].toLowerCase()}`)
          .join(", "),
      );
    }
  }, [props.run]);
  return <p class="unseen" role="status" aria-live="polite">{words}</p>;
}
