/**
 * A run as text.
 *
 * @module
 */
import type { Run, Step } from "../client/shapes.ts";
import { bytes, facts, oneLine, type Output, span, type Style, time } from "../output/mod.ts";

/** State → mark and colour; the marks differ in shape, so that colour is never needed. */
const MARKS: Record<Step["status"], { mark: string; style: Style }> = {
  pending: { mark: "·", style: "dim" },
  running: { mark: "▸", style: "blue" },
  waiting: { mark: "◷", style: "yellow" },
  completed: { mark: "✓", style: "green" },
  failed: { mark: "✗", style: "red" },
  skipped: { mark: "–", style: "dim" },
  cancelled: { mark: "■", style: "yellow" },
};

/** The status with its mark. */
export function statusText(status: Step["status"], out: Output): string {
  const { mark, style } = MARKS[status];
  return out.paint(style, `${mark} ${status}`);
}

/** One step in one line, without its mark's column changing width. */
export function stepLine(step: Step, width: number, out: Output, now = Date.now()): string {
  const { mark, style } = MARKS[step.status];
  const took = step.startedAt ? span(step.startedAt, step.endedAt, now) : "";
  const attempt = step.attempt > 1 ? `attempt ${step.attempt}` : "";
  return [
    out.paint(style, mark),
    oneLine(step.path).padEnd(width),
    took.padStart(9),
    out.paint("dim", oneLine([attempt, remark(step)].filter(Boolean).join(" · "))),
  ].join(" ").trimEnd();
}

/** What there is to say about a step besides its state. */
export function remark(step: Step): string {
  if (step.status === "pending") return "";
  if (step.status === "skipped") return `skipped: ${step.reason ?? "no reason given"}`;
  if (step.error) {
    const on = step.waitingOn ? `waiting on ${step.waitingOn}; ` : "";
    return `${on}${step.error.code}: ${step.error.message}${step.tolerated ? " (tolerated)" : ""}`;
  }
  if (step.waitingOn) return `waiting on ${step.waitingOn}`;
  return step.summary ?? (step.status === "running" ? step.title : "");
}

/** Width of the steps' column. */
export function stepWidth(run: Run): number {
  return Math.max(4, ...run.steps.map((step) => oneLine(step.path).length));
}

/** Everything about a run. */
export function runText(run: Run, out: Output): string[] {
  const width = stepWidth(run);
  const params = Object.entries(run.params).map(([name, value]) =>
    `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  const rows: [string, string][] = [
    ["Run", run.id],
    ["Runbook", `${run.runbook} (${run.runbookHash.slice(0, 12)})`],
    ["Node", run.node],
    ["Started", `${time(run.startedAt)} by ${run.trigger.by} (${run.trigger.kind})`],
    ["Took", span(run.startedAt, run.endedAt)],
  ];
  if (run.dryRun) rows.push(["Dry run", "nothing is changed"]);
  if (params.length > 0) rows.push(["Parameters", params.join(" ")]);
  if (run.cancelRequestedAt) rows.push(["Cancel", `asked for at ${time(run.cancelRequestedAt)}`]);
  const [head, ...rest] = facts(rows);
  const label = "Status:".padEnd(head!.indexOf(run.id));
  const text = [head!, label + statusText(run.status, out), ...rest, ""];
  for (const step of run.steps) {
    text.push(stepLine(step, width, out));
    for (const artifact of step.artifacts) {
      text.push(
        out.paint(
          "dim",
          `    ${oneLine(artifact.kind)}  ${bytes(artifact.bytes)}  ${oneLine(artifact.sha256)}`,
        ),
      );
    }
    if (step.error?.hint) text.push(`    hint: ${oneLine(step.error.hint)}`);
  }
  const last = run.error ? `${run.error.code}: ${run.error.message}` : run.summary;
  if (last) text.push("", oneLine(last));
  if (run.error?.hint) text.push(`hint: ${oneLine(run.error.hint)}`);
  return text;
}
