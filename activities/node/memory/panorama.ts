/**
 * `memory.panorama`: where the memory went; the whole of it is an artifact.
 *
 * @module
 */
import { bytesText, type PanoramaOutputs } from "../../contract/mod.ts";
import { checkInput } from "../inputs.ts";
import type { NodePorts } from "../ports.ts";
import type { NodeStep } from "../step.ts";

/** Milliseconds; the step's own timeout is usually far shorter. */
const DEADLINE_MS = 20_000;

/** Makes the step. */
export function createPanorama(
  { collector, artifacts, scratch }: Pick<NodePorts, "collector" | "artifacts" | "scratch">,
): NodeStep<PanoramaOutputs> {
  return async (input, signal) => {
    checkInput(input, "memory.panorama");
    const scope = input.with.scope as string;
    await using folder = await scratch.create();
    const result = await collector.panorama(
      { scope, outDir: folder.path },
      { deadlineMs: DEADLINE_MS, signal },
    );
    const artifact = await artifacts.put({ path: result.file.path }, {
      runId: input.run.id,
      kind: "panorama",
      mediaType: result.file.mediaType,
      name: "panorama.json",
      capturedAt: result.capturedAt,
    }, { signal });
    const { capturedAt, elapsedMs, totalBytes, residualBytes, missing } = result;
    const parts = result.parts.map(({ id, title, bytes }) => ({ id, title, bytes }));
    const top = result.top.map(({ pid, name, pssBytes, rssBytes, swapBytes }) => ({
      ...{ pid, name, pssBytes, rssBytes, swapBytes },
    }));
    return {
      outputs: { capturedAt, elapsedMs, totalBytes, residualBytes, parts, top, missing },
      artifacts: [artifact],
      summary: `${bytesText(totalBytes)} explained in ${elapsedMs} ms` +
        (top[0] === undefined ? "" : `; largest: ${top[0].name} (pid ${top[0].pid}), ` +
          bytesText(top[0].pssBytes ?? top[0].rssBytes)),
    };
  };
}
