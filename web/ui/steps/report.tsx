/** `report.compose`: the headline and the way to the page. @module */
import type { JSX } from "preact";
import { Link } from "../router/router.tsx";
import type { StepViewProps } from "./mod.tsx";

/** The first paragraph, and links. */
export function ReportView(props: StepViewProps): JSX.Element {
  const { headline } = props.step.outputs as { headline?: string };
  return (
    <p class="lead">
      {headline}{" "}
      <Link href={`/runs/${encodeURIComponent(props.runId)}/report`}>Open the report</Link>
    </p>
  );
}
