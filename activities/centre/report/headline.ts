/**
 * The report's first paragraph.
 *
 * @module
 */
import { bytesText, count, percentText } from "../../contract/mod.ts";
import type { Report } from "./report.ts";

/** What a person at night reads first. */
export function headlineOf(report: Report): string {
  const scope = report.scope === null ? report.run.node : scopeText(report);
  const within = scope.replace(/^Node /, "node ");
  switch (report.outcome) {
    case "relieved":
      return `${scope} was at level ${report.before?.level}. ${killText(report)} ` +
        `${freedText(report)}${recoveryText(report)}`;
    case "insufficient":
      return `${scope} is still short of memory: ${killText(report)} ${freedText(report)} ` +
        `The target of ${bytesText(report.targetHeadroomBytes ?? 0)} was not reached, and nobody ` +
        "else may be killed.";
    case "not_needed":
      return `${scope} had ${headroomText(report)}: nothing had to be killed.`;
    case "dry_run":
      return `Dry run on ${within}: ${wouldText(report)}`;
    case "superseded":
      return `The guard's reflex had already acted on ${within} (intervention ` +
        `${report.supersededBy ?? "unknown"}); this run killed nobody.`;
    case "cancelled":
      return `The run was cancelled. ${killText(report)}`;
    case "failed":
      return `The run failed: ${failureText(report)} ${killText(report)}`;
    case "completed":
      return `The run on ${within} completed.`;
  }
}

function scopeText({ scope, run }: Report): string {
  return scope === "node" ? `Node ${run.node}` : `${scope} on node ${run.node}`;
}

function killText({ kills }: Report): string {
  const gone = kills.filter(({ outcome }) => outcome === "killed" || outcome === "exited");
  if (gone.length === 0) return "Nobody was killed.";
  const names = gone.slice(0, 3).map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
  const more = gone.length > 3 ? ` and ${gone.length - 3} more` : "";
  return `${count(gone.length, "process was", "processes were")} ended: ${names}${more}.`;
}

function freedText({ freedBytes, predictedBytes }: Report): string {
  const predicted = predictedBytes === null ? "" : ` of ${bytesText(predictedBytes)} predicted`;
  return `${bytesText(freedBytes ?? 0)}${predicted} came back.`;
}

function recoveryText({ recoveredMs, after }: Report): string {
  const time = recoveredMs === null ? "" : ` The target was reached after ${recoveredMs} ms`;
  if (after === null) return time === "" ? "" : `${time}.`;
  const level = `level ${after.level}, ${bytesText(after.headroomBytes)} left`;
  return time === "" ? ` Now: ${level}.` : `${time}; now: ${level}.`;
}

function headroomText({ before }: Report): string {
  if (before === null) return "enough memory";
  const share = before.totalBytes
    ? ` (${percentText(before.headroomBytes, before.totalBytes)})`
    : "";
  return `${bytesText(before.headroomBytes)} left${share}`;
}

function wouldText({ wouldKill, predictedBytes, before }: Report): string {
  const level = before === null ? "" : ` The level is ${before.level}.`;
  if (wouldKill.length === 0) return `nobody would be killed.${level}`;
  const names = wouldKill.slice(0, 3).map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
  const more = wouldKill.length > 3 ? ` and ${wouldKill.length - 3} more` : "";
  const at = before?.level === "ok" ? " A live run would do nothing as long as that is so." : "";
  return `${names}${more} would be ended, freeing ${bytesText(predictedBytes ?? 0)}.${level}${at}`;
}

function failureText({ steps }: Report): string {
  const failed = steps.find(({ status, tolerated }) => status === "failed" && !tolerated);
  return failed === undefined ? "" : `${failed.id}: ${failed.error?.message ?? "no reason given"}.`;
}
