/**
 * What a run would do, before it does.
 *
 * @module
 */
import type { JSX } from "preact";
import { type ApiError } from "../../api/client.ts";
import type { Plan, PlanNode } from "../../api/types.ts";
import { RiskBadge } from "../../components/icons.tsx";
import { Failure } from "../../components/notice.tsx";
import { formatDuration } from "../../format/units.ts";

/** The plan's steps with their risk; stays while a newer one is fetched. */
export function PlanPreview(
  props: { plan: Plan | null; error: ApiError | null; stale: boolean },
): JSX.Element {
  const { plan, error } = props;
  return (
    <section class="plan" aria-label="Plan" aria-busy={props.stale}>
      <h2>What will happen</h2>
      {error && <Failure error={error} what="There is no plan for this input." />}
      {plan === null && !error && (
        <p class="muted">The plan appears here once the form is complete.</p>
      )}
      {plan && !error && (
        <>
          <ol class={`plan-steps ${props.stale ? "is-stale" : ""}`}>
            {plan.steps.map((node) => <PlanRow key={node.path} node={node} dryRun={plan.dryRun} />)}
          </ol>
          <p class="muted">
            {plan.concurrencyKey !== null && (
              <>
                Only one run at a time for{" "}
                <code>{plan.concurrencyKey}</code>; starting again joins it.{" "}
              </>
            )}
            Plan <code title={plan.hash}>{plan.hash.slice(0, 10)}</code>
          </p>
        </>
      )}
    </section>
  );
}

function PlanRow(props: { node: PlanNode; dryRun: boolean }): JSX.Element {
  const { node } = props;
  if (node.kind === "parallel") {
    return (
      <li>
        <p class="plan-title">
          {node.title} <span class="muted">at the same time</span>
        </p>
        <ol class="plan-steps">
          {(node.steps ?? []).map((child) => (
            <PlanRow key={child.path} node={child} dryRun={props.dryRun} />
          ))}
        </ol>
      </li>
    );
  }
  return (
    <li>
      <p class="plan-title">
        {node.title}
        {node.risk && node.risk !== "observe" && <RiskBadge risk={node.risk} />}
        {props.dryRun && node.risk === "disruptive" && (
          <span class="badge tag">dry run: only planned</span>
        )}
      </p>
      <p class="muted">
        <code>{node.uses}</code> · {node.where === "centre" ? "at the centre" : "on the node"}
        {node.timeoutMs !== undefined && ` · at most ${formatDuration(node.timeoutMs)}`}
        {node.continueOnError && " · goes on if it fails"}
        {node.if === "always()" && " · also after a failure"}
        {node.if && node.if !== "always()" && (
          <>
            {" "}· only if <code>{node.if}</code>
          </>
        )}
      </p>
    </li>
  );
}
