/**
 * The steps of a run as one calm timeline: state, bar on the common time axis, duration; each
 * unfolds in place.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Run, Step } from "../../api/types.ts";
import { ArtifactList } from "../../components/artifacts.tsx";
import { STATE_NAMES, StateIcon } from "../../components/icons.tsx";
import { ErrorBlock } from "../../components/notice.tsx";
import { elapsedMs, formatTick } from "../../format/time.ts";
import { formatDuration } from "../../format/units.ts";
import { StepOutputs } from "../../steps/mod.tsx";
import { Clock } from "../../components/ago.tsx";
import { axisOf, placeOnAxis } from "./axis.ts";
import { groupsOf } from "./groups.ts";

/** All steps; `opened` holds the paths that are unfolded. */
export function StepsList(
  props: { run: Run; now: number; opened: Set<string>; toggle: (path: string) => void },
): JSX.Element {
  const { run, now } = props;
  const axis = axisOf(run, now);
  return (
    <section aria-labelledby="steps" class="steps">
      <h2 class="unseen" id="steps">Steps</h2>
      <div class="steps-axis" aria-hidden="true">
        <div class="axis">
          {axis.ticks.map((tick) => (
            <span key={tick} style={{ left: `${(tick / axis.spanMs) * 100}%` }}>
              {formatTick(tick)}
            </span>
          ))}
        </div>
      </div>
      <ol class="steps-list">
        {groupsOf(run.steps).map((group) => (
          <li key={group.path} class={group.path === "" ? "" : "step-group"}>
            {group.path !== "" && (
              <p class="step-group-name">
                <span class="mono">{group.path}</span> · at the same time
              </p>
            )}
            <ol>
              {group.steps.map((step) => (
                <StepRow
                  key={step.path}
                  step={step}
                  run={run}
                  now={now}
                  bar={placeOnAxis(step, axis, now)}
                  open={props.opened.has(step.path)}
                  toggle={() => props.toggle(step.path)}
                />
              ))}
            </ol>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The id of a step's element, e.g. `step-evidence-gpu`. */
export function stepElementId(path: string): string {
  return `step-${path.replaceAll("/", "-")}`;
}

function StepRow(
  props: {
    step: Step;
    run: Run;
    now: number;
    bar: { left: number; width: number } | null;
    open: boolean;
    toggle: () => void;
  },
): JSX.Element {
  const { step, bar, open } = props;
  const id = stepElementId(step.path);
  const ms = elapsedMs(step, props.now);
  return (
    <li class={`step step-is-${step.status} ${open ? "is-open" : ""}`} id={id}>
      <button
        type="button"
        class="step-row"
        data-row
        aria-expanded={open}
        aria-controls={`${id}-detail`}
        onClick={props.toggle}
      >
        <StateIcon state={step.status} />
        <span class="step-name">
          <span class="step-title">{step.title}</span>
          <span class="step-line muted">{lineOf(step)}</span>
        </span>
        <span class="step-gantt" aria-hidden="true">
          {bar && (
            <span
              class={`step-bar state-${step.status}`}
              style={{ left: `${bar.left * 100}%`, width: `${bar.width * 100}%` }}
            />
          )}
        </span>
        <span class="step-time num">
          {ms === null ? <span class="muted">—</span> : formatDuration(ms)}
          {step.attempt > 1 && <span class="step-attempt">attempt {step.attempt}</span>}
        </span>
      </button>
      <div class="step-detail" id={`${id}-detail`} hidden={!open}>
        {open && <StepDetail step={step} run={props.run} />}
      </div>
    </li>
  );
}

/** The one line below a step's title: what it waits on, why it ended so, or what it found. */
function lineOf(step: Step): string {
  if (step.status === "waiting") {
    const why = step.error ? ` Last attempt: ${step.error.message}` : "";
    return `Waiting on ${step.waitingOn ?? "the next attempt"}.${why}`;
  }
  if (step.status === "running" && step.waitingOn) return `Waiting on ${step.waitingOn}`;
  if (step.status === "skipped") return `Skipped: ${step.reason ?? step.summary ?? "not needed"}`;
  if (step.status === "failed") {
    return `${step.tolerated ? "Failed, the run went on: " : ""}${
      step.error?.message ?? "no reason was recorded"
    }`;
  }
  return step.summary ?? step.reason ?? step.uses;
}

function StepDetail(props: { step: Step; run: Run }): JSX.Element {
  const { step, run } = props;
  return (
    <>
      {step.error && (
        <ErrorBlock
          error={step.error}
          tolerated={step.tolerated}
          heading={step.status === "waiting" ? "The last attempt failed." : "This step failed."}
        />
      )}
      {step.status === "skipped" && (
        <p class="lead">Skipped: {step.reason ?? step.summary ?? "not needed"}.</p>
      )}
      {step.status === "pending" && <p class="muted">This step has not started.</p>}
      {(step.status === "running" || step.status === "waiting") && (
        <p class="muted">
          {step.waitingOn
            ? `Waiting on ${step.waitingOn}.`
            : "Running on the node; what it finds appears here."}
        </p>
      )}
      <StepOutputs step={step} runId={run.id} dryRun={run.dryRun} />
      <ArtifactList artifacts={step.artifacts} />
      <p class="step-foot muted">
        <code>{step.uses}</code> · <code>{step.path}</code> · {STATE_NAMES[step.status]}
        {step.startedAt && (
          <>
            {" "}· started <Clock at={step.startedAt} milliseconds />
          </>
        )}
        {step.endedAt && (
          <>
            {" "}· ended <Clock at={step.endedAt} milliseconds />
          </>
        )}
        {step.attempt > 0 && ` · attempt ${step.attempt}`}
      </p>
    </>
  );
}

/** Unfolds what a person would look at first, and what they chose since. */
export function useOpened(run: Run | null): [Set<string>, (path: string) => void] {
  const [chosen, setChosen] = useState<Map<string, boolean>>(new Map());
  const opened = new Set<string>();
  for (const step of run?.steps ?? []) {
    const byItself = step.status === "failed" || step.uses === "memory.relieve" && step.outputs;
    if (chosen.get(step.path) ?? Boolean(byItself)) opened.add(step.path);
  }
  const toggle = (path: string) => setChosen(new Map(chosen).set(path, !opened.has(path)));
  return [opened, toggle];
}
