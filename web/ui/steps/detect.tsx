/** `memory.detect`: level, headroom and the figures they rest on. @module */
import type { JSX } from "preact";
import type { DetectOutputs } from "../api/outputs.ts";
import { HeadroomBar, type Mark } from "../components/bars.tsx";
import { LevelBadge } from "../components/icons.tsx";
import { sentence } from "../components/notice.tsx";
import { formatBytes, formatCount } from "../format/units.ts";
import type { StepViewProps } from "./mod.tsx";

const FIGURES: Record<string, string> = {
  availableBytes: "Available memory",
  swapFreeBytes: "Free swap",
  swapTotalBytes: "Swap in all",
  usageBytes: "Used by the scope",
  limitBytes: "Limit of the scope",
  reclaimableBytes: "Reclaimable file pages",
  psiSomeAvg10: "Pressure, some tasks stalled, last 10 s",
  psiFullAvg10: "Pressure, all tasks stalled, last 10 s",
  oomKills: "Kills by the kernel so far",
};
const THRESHOLDS = ["warning", "urgent", "critical"] as const;

/** The level's bar and its evidence. */
export function DetectView(props: StepViewProps): JSX.Element {
  const outputs = props.step.outputs as unknown as DetectOutputs;
  const figures = outputs.figures ?? {};
  const marks = THRESHOLDS.flatMap((kind): Mark[] => {
    const bytes = outputs[`${kind}HeadroomBytes`];
    return typeof bytes === "number" ? [{ kind, label: kind, bytes }] : [];
  });
  const shown = Object.entries(figures).filter(([, value]) => value !== null);
  return (
    <>
      <p class="lead">
        <LevelBadge level={outputs.level} /> {sentence(outputs.reason)}
      </p>
      <HeadroomBar
        label={`Headroom of ${outputs.scope}`}
        headroomBytes={outputs.headroomBytes}
        totalBytes={outputs.totalBytes}
        level={outputs.level}
        marks={marks}
      />
      <dl class="facts">
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{Object.hasOwn(FIGURES, name) ? FIGURES[name] : name}</dt>
            <dd class="num">{present(name, value!)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function present(name: string, value: number): string {
  if (name.endsWith("Bytes")) return formatBytes(value);
  if (name.startsWith("psi")) return `${value.toFixed(2)} %`;
  return formatCount(value);
}
