/** `cpu.hotspots`: where the time went. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api, MAX_INLINE_BYTES } from "../api/client.ts";
import type { HotspotsOutputs } from "../api/outputs.ts";
import { Failure, Loading } from "../components/notice.tsx";
import { HotFunctions } from "../components/hot_functions.tsx";
import { Missing } from "../components/missing.tsx";
import { useQuery } from "../data/use_query.ts";
import { FlameGraph } from "../flame/flame_graph.tsx";
import { formatBytes, formatCount, formatDuration } from "../format/units.ts";
import type { StepViewProps } from "./mod.tsx";

/** Top functions, and the flame graph of the collapsed stacks. */
export function HotspotsView(props: StepViewProps): JSX.Element {
  const outputs = props.step.outputs as unknown as HotspotsOutputs;
  const collapsed = props.step.artifacts.find((artifact) => artifact.kind === "collapsed");
  return (
    <>
      <p class="muted">
        {formatCount(outputs.samples)} samples in {formatDuration(outputs.elapsedMs)} at{" "}
        {outputs.hz} Hz per CPU · {formatCount(outputs.lost)} lost ·{" "}
        {(outputs.unknownFrames * 100).toFixed(1)} % of frames without a name
      </p>
      {outputs.samples === 0
        ? <p>Nothing in this scope was on a CPU while the profile ran.</p>
        : <HotFunctions top={outputs.top} samples={outputs.samples} />}
      {collapsed && outputs.samples > 0 && (
        <CollapsedFlameGraph sha256={collapsed.sha256} bytes={collapsed.bytes} />
      )}
      <Missing sources={outputs.missing} />
    </>
  );
}

/** The flame graph of an artifact; read only once somebody wants to see it. */
export function CollapsedFlameGraph(
  props: { sha256: string; bytes?: number; open?: boolean },
): JSX.Element {
  const [open, setOpen] = useState(props.open ?? true);
  const tooLarge = (props.bytes ?? 0) > MAX_INLINE_BYTES;
  const stacks = useQuery(
    open && !tooLarge ? `collapsed ${props.sha256}` : null,
    (signal) => api.artifactText(props.sha256, signal),
  );
  if (tooLarge) {
    return (
      <p class="muted">
        The stacks are {formatBytes(props.bytes!)}: too large to draw here. Download them below.
      </p>
    );
  }
  return (
    <details
      class="fold"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>Flame graph</summary>
      {stacks.error && <Failure error={stacks.error} what="The stacks could not be read." />}
      {stacks.loading && <Loading what="the stacks" />}
      {stacks.data !== null && <FlameGraph collapsed={stacks.data} />}
    </details>
  );
}
