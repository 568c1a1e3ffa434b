/**
 * What a step found or did, drawn for people: one view an action, and plain figures for any other.
 *
 * @module
 */
import type { FunctionComponent, JSX } from "preact";
import type { Step } from "../api/types.ts";
import { Guarded } from "../components/notice.tsx";
import { DetectView } from "./detect.tsx";
import { GpuView } from "./gpu.tsx";
import { HotspotsView } from "./hotspots.tsx";
import { PanoramaView } from "./panorama.tsx";
import { PlainOutputs } from "./plain.tsx";
import { RelieveView } from "./relieve.tsx";
import { ReportView } from "./report.tsx";

/** What a view is given. */
export interface StepViewProps {
  step: Step;
  runId: string;
  dryRun: boolean;
}

const VIEWS: Record<string, FunctionComponent<StepViewProps>> = {
  "memory.detect": DetectView,
  "memory.panorama": PanoramaView,
  "memory.relieve": RelieveView,
  "cpu.hotspots": HotspotsView,
  "gpu.status": GpuView,
  "report.compose": ReportView,
};

/** The outputs of a step; plain figures where its view does not know them. */
export function StepOutputs(props: StepViewProps): JSX.Element | null {
  const { outputs, uses } = props.step;
  if (outputs === undefined) return null;
  const plain = <PlainOutputs outputs={outputs} />;
  const View = Object.hasOwn(VIEWS, uses) ? VIEWS[uses] : undefined;
  if (View === undefined) return plain;
  return (
    <Guarded fallback={plain}>
      <View {...props} />
    </Guarded>
  );
}
