/**
 * What a person reads when there is nothing, not yet, or something wrong.
 *
 * @module
 */
import { Component, type ComponentChildren, type JSX } from "preact";
import type { ApiError } from "../api/client.ts";
import type { StepError } from "../api/types.ts";

/** An empty state: what is missing and what to do next. */
export function Empty(props: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{props.title}</p>
      {props.children}
    </div>
  );
}

/** Stands where an answer is awaited; it appears after a moment only, so that nothing flickers. */
export function Loading(props: { what: string }): JSX.Element {
  return <p class="loading" role="status">Loading {props.what}…</p>;
}

/** A failed request: what, why, what to do. */
export function Failure(
  props: { error: ApiError; what: string; retry?: () => void },
): JSX.Element {
  const { problem } = props.error;
  return (
    <div class="notice notice-bad" role="alert">
      <p>
        <strong>{props.what}</strong> {sentence(props.error.message)}
      </p>
      {problem.hint && <p class="hint">{problem.hint}</p>}
      {problem.problems && problem.problems.length > 0 && (
        <ul>
          {problem.problems.map((entry, index) => (
            <li key={index}>
              Line {entry.line}, column {entry.column}: {entry.message}
              {entry.hint && <span class="hint">— {entry.hint}</span>}
            </li>
          ))}
        </ul>
      )}
      {props.retry && <button type="button" onClick={props.retry}>Try again</button>}
    </div>
  );
}

/** Why a step or run failed, with its hint. */
export function ErrorBlock(
  props: { error: StepError; tolerated?: boolean; heading?: string },
): JSX.Element {
  return (
    <div class={`notice ${props.tolerated ? "notice-warn" : "notice-bad"}`}>
      <p>
        {props.heading && <strong>{props.heading}</strong>} {sentence(props.error.message)}{" "}
        <code class="code-tag">{props.error.code}</code>
      </p>
      {props.error.hint && <p class="hint">What to do: {props.error.hint}</p>}
      {props.tolerated && <p class="hint">The run went on without this step.</p>}
    </div>
  );
}

/** Shows `fallback` when drawing the children fails, e.g. on outputs of another version. */
export class Guarded extends Component<
  { children: ComponentChildren; fallback: ComponentChildren },
  { broken: boolean }
> {
  override state = { broken: false };

  override componentDidCatch(): void {
    this.setState({ broken: true });
  }

  override render(): ComponentChildren {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}

/** Begins with a capital and ends with a full stop. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
