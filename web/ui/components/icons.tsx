/**
 * States as shapes: each differs in form, not in colour alone.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Level, Risk, StepStatus } from "../api/types.ts";

/** Every state that a run or step shows. */
export type State = StepStatus;

/** What a state is called. */
export const STATE_NAMES: Record<State, string> = {
  pending: "Not started",
  running: "Running",
  waiting: "Waiting",
  completed: "Completed",
  failed: "Failed",
  skipped: "Skipped",
  cancelled: "Cancelled",
};

const SHAPES: Record<State, JSX.Element> = {
  pending: <circle cx="8" cy="8" r="5.5" class="line" />,
  running: (
    <>
      <circle cx="8" cy="8" r="5.5" class="line faint" />
      <path d="M8 2.5A5.5 5.5 0 0 1 13.5 8" class="line turning" />
    </>
  ),
  waiting: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="2.5" class="line" />
      <path d="M6.3 5.5v5M9.7 5.5v5" class="line" />
    </>
  ),
  completed: (
    <>
      <circle cx="8" cy="8" r="6.5" class="body" />
      <path d="M5 8.3l2.1 2.1L11 6.2" class="cut" />
    </>
  ),
  failed: (
    <>
      <path d="M8 .8 15.2 8 8 15.2.8 8z" class="body" />
      <path d="M5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2" class="cut" />
    </>
  ),
  skipped: (
    <>
      <circle cx="8" cy="8" r="5.5" class="line dashed" />
      <path d="M5.3 8h5.4" class="line" />
    </>
  ),
  cancelled: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="2" class="body" />
      <path d="M5.2 8h5.6" class="cut" />
    </>
  ),
};

/** The shape of a state; its name is read out unless words stand beside it. */
export function StateIcon(props: { state: State; labelled?: boolean }): JSX.Element {
  const label = props.labelled
    ? { "aria-hidden": true as const }
    : { role: "img" as const, "aria-label": STATE_NAMES[props.state] };
  return (
    <svg class={`icon state-${props.state}`} viewBox="0 0 16 16" {...label}>
      {SHAPES[props.state]}
    </svg>
  );
}

/** Shape and word of a state. */
export function StateBadge(props: { state: State }): JSX.Element {
  return (
    <span class={`badge state-${props.state}`}>
      <StateIcon state={props.state} labelled />
      {STATE_NAMES[props.state]}
    </span>
  );
}

const LEVEL_BARS: Record<Level, number> = { ok: 1, warning: 2, urgent: 3, critical: 4 };

/** A memory level as one to four bars and its word. */
export function LevelBadge(props: { level: Level | null }): JSX.Element {
  if (props.level === null) return <span class="muted">level unknown</span>;
  const bars = LEVEL_BARS[props.level] ?? 0;
  return (
    <span class={`badge level-${props.level}`}>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={1 + bar * 3.7}
            y={11 - bar * 3}
            width="2.6"
            height={4 + bar * 3}
            rx="0.6"
            class={bar < bars ? "body" : "off"}
          />
        ))}
      </svg>
      {props.level}
    </span>
  );
}

const RISKS: Record<Risk, { mark: string; title: string }> = {
  observe: { mark: "○", title: "Only reads; changes nothing" },
  reversible: { mark: "◐", title: "Changes something that can be undone" },
  disruptive: { mark: "▲", title: "May end processes; needs a permit for each such step" },
};

/** What an action may do. */
export function RiskBadge(props: { risk: Risk }): JSX.Element {
  const risk = RISKS[props.risk];
  return (
    <span class={`badge risk-${props.risk}`} title={risk.title}>
      <span aria-hidden="true">{risk.mark}</span> {props.risk}
    </span>
  );
}
