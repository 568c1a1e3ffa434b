/** `memory.relieve`: who was ended, and what came back. @module */
import type { JSX } from "preact";
import type { RelieveOutputs } from "../api/outputs.ts";
import { LevelBadge } from "../components/icons.tsx";
import { KillTable, LeftAloneTable, VictimTable } from "../components/kills.tsx";
import { formatBytes, formatDuration, formatShare, plural } from "../format/units.ts";
import type { StepViewProps } from "./mod.tsx";

/** The order's outcome, its kills, its plan, and whom it spared. */
export function RelieveView(props: StepViewProps): JSX.Element {
  const outputs = props.step.outputs as unknown as RelieveOutputs;
  const ended = outputs.kills.length > 0;
  return (
    <>
      <p class="lead">{outcomeOf(outputs)}</p>
      <dl class="figures">
        <Figure name="Level">
          <LevelBadge level={outputs.levelBefore} />
          {ended && (
            <>
              <span class="arrow">→</span>
              <LevelBadge level={outputs.levelAfter} />
            </>
          )}
        </Figure>
        <Figure name={ended ? "Headroom, before → after" : "Headroom"}>
          {formatBytes(outputs.headroomBeforeBytes)}
          {ended && ` → ${formatBytes(outputs.headroomAfterBytes)}`}
        </Figure>
        <Figure name="Target">{formatBytes(outputs.targetHeadroomBytes)}</Figure>
        <Figure name="Predicted to come free">{formatBytes(outputs.predictedBytes)}</Figure>
        {ended && (
          <Figure name="Came free">
            {formatBytes(outputs.groupFreedBytes)}
            <span class="muted">
              {" "}
              {formatShare(outputs.groupFreedBytes, outputs.predictedBytes)} of the prediction
            </span>
          </Figure>
        )}
        {outputs.recoveredMs !== null && (
          <Figure name="Recovered in">{formatDuration(outputs.recoveredMs)}</Figure>
        )}
      </dl>
      {ended && (
        <>
          <h3>Ended</h3>
          <KillTable kills={outputs.kills} />
        </>
      )}
      {!ended && outputs.chosen.length > 0 && (
        <>
          <h3>{outputs.status === "dry_run" ? "A live run would end" : "The plan had chosen"}</h3>
          <VictimTable victims={outputs.chosen} />
        </>
      )}
      {outputs.protected.length > 0 && (
        <>
          <h3>Left alone, and why</h3>
          <LeftAloneTable processes={outputs.protected} />
        </>
      )}
      <p class="muted">
        Policy <code title={outputs.policyHash}>{outputs.policyHash.slice(0, 10)}</code>
      </p>
    </>
  );
}

function Figure(props: { name: string; children: preact.ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class="num">{props.children}</dd>
    </div>
  );
}

function outcomeOf(outputs: RelieveOutputs): string {
  switch (outputs.status) {
    case "relieved":
      return `Target reached: ${plural(outputs.kills.length, "process", "processes")} ended.`;
    case "insufficient":
      return "Everyone whom the policy allows was used, and the target was not reached.";
    case "not_needed":
      return "Nothing had to be done: the headroom was already sufficient.";
    case "dry_run":
      return outputs.chosen.length > 0
        ? `Dry run: nothing was signalled. A live run would end ${
          plural(outputs.chosen.length, "process", "processes")
        }.`
        : "Dry run: nothing was signalled, and a live run would find nobody to end.";
    case "superseded":
      return "The guard's own reflex had already acted; this order changed nothing.";
    case "cancelled":
      return "A cancel arrived: nobody was signalled after it. What was done before is listed.";
    default:
      return String(outputs.status);
  }
}
