/** `memory.panorama`: every byte explained. @module */
import type { JSX } from "preact";
import type { PanoramaOutputs } from "../api/outputs.ts";
import { Clock } from "../components/ago.tsx";
import { MemoryMap, ProcessTable } from "../components/memory_map.tsx";
import { Missing } from "../components/missing.tsx";
import { formatDuration } from "../format/units.ts";
import type { StepViewProps } from "./mod.tsx";

/** Stacked bar, parts and largest processes. */
export function PanoramaView(props: StepViewProps): JSX.Element {
  const outputs = props.step.outputs as unknown as PanoramaOutputs;
  return (
    <>
      <p class="muted">
        Captured at <Clock at={outputs.capturedAt} milliseconds /> in{" "}
        {formatDuration(outputs.elapsedMs)}. Parts and residual add up to all memory of the machine.
      </p>
      <MemoryMap
        parts={outputs.parts}
        residualBytes={outputs.residualBytes}
        totalBytes={outputs.totalBytes}
      />
      {outputs.top.length > 0 && (
        <>
          <h3>Largest processes of the scope</h3>
          <ProcessTable processes={outputs.top} />
        </>
      )}
      <Missing sources={outputs.missing} />
    </>
  );
}
