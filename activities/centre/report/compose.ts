/**
 * `report.compose`: writes the report as JSON and as Markdown.
 *
 * @module
 */
import {
  type ArtifactRef,
  type ReportOutputs,
  type ReportWith,
  StepFailure,
  type StepInput,
  type StepOutput,
} from "../../contract/mod.ts";
import type { Caller, CentrePorts } from "../ports.ts";
import { buildReport } from "./build.ts";
import { renderMarkdown } from "./markdown.ts";

/** Makes the activity. */
export function createComposeReport(
  { artifacts, now }: Pick<CentrePorts, "artifacts" | "now">,
): (input: StepInput, caller: Caller) => Promise<StepOutput<ReportOutputs>> {
  return async (input, caller) => {
    const { run } = input;
    if (caller.workflowId !== run.id) {
      throw new StepFailure("refused", "a workflow can only report on its own run");
    }
    const { title } = input.with as ReportWith;
    const report = buildReport({
      run,
      title: title ?? run.title ?? run.runbook,
      records: (input.history ?? []).filter(({ path }) => path !== input.step.path),
      at: now().toISOString(),
    });
    const put = (kind: string, mediaType: string, name: string, content: string) =>
      artifacts.put(new TextEncoder().encode(content), {
        ...{ runId: run.id, kind, mediaType, name },
        capturedAt: report.run.endedAt,
      });
    const kept: ArtifactRef[] = [
      await put("report", "application/json", "report.json", JSON.stringify(report, null, 2)),
      await put("report-markdown", "text/markdown", "report.md", renderMarkdown(report)),
    ];
    return {
      outputs: { path: `/runs/${run.id}/report`, headline: report.headline },
      artifacts: kept,
      summary: report.headline,
    };
  };
}
