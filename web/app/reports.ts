/**
 * A run's report, from the artifacts that its report step wrote.
 *
 * @module
 */
import type { Reports } from "../api/mod.ts";
import type { ArtifactDirectory, RunWithSteps } from "../store/mod.ts";

/** Reads reports out of the artifact directory. */
export function createReports(artifacts: ArtifactDirectory): Reports {
  const latest = async (run: RunWithSteps, kind: string): Promise<string | null> => {
    const refs = run.steps.flatMap((step) => step.artifacts).filter((ref) => ref.kind === kind);
    const ref = refs.at(-1);
    const file = ref ? await artifacts.read(ref.sha256) : null;
    return file === null ? null : await new Response(file.stream).text();
  };
  return {
    async json(run) {
      const text = await latest(run, "report");
      return text === null ? null : JSON.parse(text);
    },
    markdown: (run) => latest(run, "report-markdown"),
  };
}
