/**
 * `cpu.hotspots`: an eBPF profile of a scope; pprof and collapsed stacks are artifacts.
 *
 * @module
 */
import type { ArtifactRef, HotspotsOutputs } from "../../contract/mod.ts";
import { checkInput } from "../inputs.ts";
import type { NodePorts } from "../ports.ts";
import type { NodeStep } from "../step.ts";

const DEFAULT_SECONDS = 5;
const DEFAULT_HZ = 99;
/** Time beside the sampling for symbols and files, milliseconds. */
const MARGIN_MS = 60_000;
const MOST = 20;

const NAMES: Readonly<Record<string, string>> = {
  pprof: "profile.pb.gz",
  collapsed: "profile.collapsed",
};

/** Makes the step. */
export function createHotspots(
  { collector, artifacts, scratch }: Pick<NodePorts, "collector" | "artifacts" | "scratch">,
): NodeStep<HotspotsOutputs> {
  return async (input, signal) => {
    checkInput(input, "cpu.hotspots");
    const { scope, seconds = DEFAULT_SECONDS, hz = DEFAULT_HZ } = input.with as {
      scope: string;
      seconds?: number;
      hz?: number;
    };
    await using folder = await scratch.create();
    const result = await collector.profile(
      { scope, seconds, hz, outDir: folder.path },
      { deadlineMs: seconds * 1_000 + MARGIN_MS, signal },
    );
    const kept: ArtifactRef[] = [];
    for (const file of result.files) {
      kept.push(
        await artifacts.put({ path: file.path }, {
          runId: input.run.id,
          kind: file.kind,
          mediaType: file.mediaType,
          name: NAMES[file.kind] ?? file.kind,
          capturedAt: result.startedAt,
        }, { signal }),
      );
    }
    const { startedAt, elapsedMs, samples, lost, unknownFrames, missing } = result;
    const top = result.top.slice(0, MOST).map((hot) => ({
      function: hot.function.slice(0, 500),
      module: hot.module.slice(0, 200),
      self: hot.self,
      total: hot.total,
    }));
    return {
      outputs: { startedAt, elapsedMs, hz: result.hz, samples, lost, unknownFrames, top, missing },
      artifacts: kept,
      summary: summaryOf(samples, top[0]),
    };
  };
}

function summaryOf(samples: number, hottest: HotspotsOutputs["top"][number] | undefined): string {
  if (hottest === undefined || samples === 0) return "no samples: nothing ran on a processor";
  const share = Math.round(100 * hottest.self / samples);
  return `${samples} samples; hottest: ${hottest.function} (${hottest.module}), ${share} %`;
}
