/**
 * The report of a run: readable, printable.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { api, markdownPath } from "../api/client.ts";
import type { MemoryState, Report } from "../api/outputs.ts";
import { Clock } from "../components/ago.tsx";
import { ArtifactList } from "../components/artifacts.tsx";
import { HeadroomBar } from "../components/bars.tsx";
import { HotFunctions } from "../components/hot_functions.tsx";
import { LevelBadge } from "../components/icons.tsx";
import { KillTable, LeftAloneTable, VictimTable } from "../components/kills.tsx";
import { MemoryMap, ProcessTable } from "../components/memory_map.tsx";
import { Empty, Failure, Guarded, Loading, sentence } from "../components/notice.tsx";
import { useQuery } from "../data/use_query.ts";
import { useTitle } from "../data/use_title.ts";
import { elapsedMs, formatAbsolute } from "../format/time.ts";
import { formatBytes, formatDuration, formatShare } from "../format/units.ts";
import { Link } from "../router/router.tsx";
import { GpuCards } from "../steps/gpu.tsx";
import { CollapsedFlameGraph } from "../steps/hotspots.tsx";

/** `/runs/:id/report`. */
export function ReportPage(props: { id: string }): JSX.Element {
  const report = useQuery(`report ${props.id}`, (signal) => api.report(props.id, signal));
  useTitle(report.data === null ? "Report" : `Report · ${report.data.run.runbook}`);
  const back = `/runs/${encodeURIComponent(props.id)}`;
  return (
    <>
      <nav class="crumbs no-print" aria-label="Where this is">
        <Link href="/runs">Runs</Link> <Link href={back}>This run</Link>
      </nav>
      {report.loading && <Loading what="the report" />}
      {report.error && report.data === null && (report.error.status === 404
        ? (
          <>
            <h1 tabIndex={-1}>No report</h1>
            <Empty title="This run has no report, or not yet.">
              <p>
                A report is written by the run's last step. <Link href={back}>Look at the run</Link>
                {" "}
                to see how far it came.
              </p>
            </Empty>
          </>
        )
        : (
          <Failure
            error={report.error}
            what="The report could not be read."
            retry={report.reload}
          />
        ))}
      {report.data && <ReportBody report={report.data} id={props.id} />}
    </>
  );
}

function ReportBody(props: { report: Report; id: string }): JSX.Element {
  const { report } = props;
  const { run } = report;
  const ms = elapsedMs(run, Date.now());
  const raw = <pre>{JSON.stringify(report, null, 2)}</pre>;
  return (
    <article class="report">
      <h1 tabIndex={-1}>Report: {report.title ?? run.runbook}</h1>
      <p class="headline">{report.headline}</p>
      <p class="muted">
        Node {run.node}
        {report.scope && (
          <>
            , scope <code>{report.scope}</code>
          </>
        )} · {run.trigger.kind} by {run.trigger.by} ·{" "}
        {run.startedAt === null ? "never started" : formatAbsolute(run.startedAt)}
        {run.endedAt !== null && ms !== null && ` · took ${formatDuration(ms)}`}
        {run.dryRun && " · dry run, nothing was changed"} · outcome{" "}
        <strong>{report.outcome.replaceAll("_", " ")}</strong>
      </p>
      <div class="actions no-print">
        <a class="button" href={markdownPath(props.id)}>Markdown</a>
        <button type="button" onClick={() => print()}>Print</button>
      </div>
      <Guarded fallback={raw}>
        <Sections report={report} />
      </Guarded>
      <p class="muted report-foot">
        Run <code>{run.id}</code> · runbook <code>{run.runbookHash.slice(0, 16)}</code> · plan{" "}
        <code>{run.planHash.slice(0, 16)}</code>
      </p>
    </article>
  );
}

function Sections(props: { report: Report }): JSX.Element {
  const { report } = props;
  const { panorama, hotspots, gpu } = report;
  const kills = report.kills ?? [];
  return (
    <>
      {(report.before || report.after) && (
        <Section title="Memory before and after">
          {report.reason && <p>{sentence(report.reason)}</p>}
          {report.before && <State name="Before" state={report.before} />}
          {report.after && !report.run.dryRun && (
            <State
              name="After"
              state={report.after}
              targetBytes={report.targetHeadroomBytes}
            />
          )}
        </Section>
      )}
      <Section title="Who was ended">
        {kills.length === 0
          ? <p>{report.run.dryRun ? "Nobody: this was a dry run." : "Nobody."}</p>
          : (
            <>
              <p>
                <strong class="num">{formatBytes(report.freedBytes ?? 0)}</strong> came free of{" "}
                {formatBytes(report.predictedBytes ?? 0)} predicted
                {(report.predictedBytes ?? 0) > 0 &&
                  ` (${formatShare(report.freedBytes ?? 0, report.predictedBytes!)})`}
                {report.recoveredMs != null &&
                  `; the target was reached after ${formatDuration(report.recoveredMs)}`}.
              </p>
              <KillTable kills={kills} />
            </>
          )}
      </Section>
      {(report.wouldKill ?? []).length > 0 && (
        <Section title="Whom a live run would end">
          <p>
            It would free <strong class="num">{formatBytes(report.predictedBytes ?? 0)}</strong>.
          </p>
          <VictimTable victims={report.wouldKill!} />
        </Section>
      )}
      {(report.leftAlone ?? []).length > 0 && (
        <Section title="Who was left alone, and why">
          <LeftAloneTable processes={report.leftAlone!} />
        </Section>
      )}
      <Section title="What happened, when">
        <ol class="chronicle">
          {report.timeline.map((entry, index) => (
            <li key={index}>
              <Clock at={entry.at} milliseconds /> <span>{entry.text}</span>
            </li>
          ))}
        </ol>
      </Section>
      {panorama && (
        <Section title="Where the memory was">
          <p class="muted">
            Captured at <Clock at={panorama.capturedAt} milliseconds />
            {kills.length > 0 && kills.every((kill) => kill.at > panorama.capturedAt) &&
              ", before anything was ended"}.
          </p>
          <MemoryMap
            parts={panorama.parts}
            residualBytes={panorama.residualBytes}
            totalBytes={panorama.totalBytes}
          />
          <h3>Largest processes</h3>
          <ProcessTable processes={panorama.top} />
        </Section>
      )}
      {hotspots && (
        <Section title="Where the time went">
          {hotspots.samples === 0
            ? <p>Nothing in this scope was on a CPU while the profile ran.</p>
            : <HotFunctions top={hotspots.top} samples={hotspots.samples} />}
          {hotspots.collapsed && hotspots.samples > 0 && (
            <CollapsedFlameGraph sha256={hotspots.collapsed} />
          )}
        </Section>
      )}
      {gpu && (
        <Section title="GPU">
          {"skipped" in gpu ? <p>Skipped: {gpu.skipped}.</p> : <GpuCards gpu={gpu} />}
        </Section>
      )}
      {(report.notes ?? []).length > 0 && (
        <Section title="Notes">
          <ul>{report.notes!.map((note, index) => <li key={index}>{note}</li>)}</ul>
        </Section>
      )}
      {(report.artifacts ?? []).length > 0 && (
        <Section title="Evidence">
          <ArtifactList artifacts={report.artifacts!} />
        </Section>
      )}
    </>
  );
}

function Section(props: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

function State(
  props: { name: string; state: MemoryState; targetBytes?: number | null },
): JSX.Element {
  const { state } = props;
  return (
    <div class="state-row">
      <LevelBadge level={state.level} />
      {state.totalBytes === null
        ? <p class="num">{props.name}: {formatBytes(state.headroomBytes)} free</p>
        : (
          <HeadroomBar
            label={props.name}
            headroomBytes={state.headroomBytes}
            totalBytes={state.totalBytes}
            level={state.level}
            marks={props.targetBytes == null
              ? []
              : [{ kind: "target", label: "target", bytes: props.targetBytes }]}
          />
        )}
    </div>
  );
}
