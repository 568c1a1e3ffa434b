/**
 * The report as Markdown. Names come from processes, which may call themselves anything, so every
 * value is escaped: no markup, no HTML, no link of a process's making.
 *
 * @module
 */
import { bytesText, percentText } from "../../contract/mod.ts";
import type { Report } from "./report.ts";

/** Renders the report. Links are relative to the console's address. */
export function renderMarkdown(report: Report): string {
  const sections = [
    `# ${text(report.title)}`,
    text(report.headline),
    facts(report),
    kills(report),
    wouldKill(report),
    leftAlone(report),
    panorama(report),
    hotspots(report),
    gpu(report),
    list("## Skipped, failed or missing", report.notes.map(text)),
    list("## Timeline", report.timeline.map(({ at, text: what }) => `${code(at)} ${text(what)}`)),
    steps(report),
    artifacts(report),
  ];
  return sections.filter((section) => section !== "").join("\n\n") + "\n";
}

function facts({ run, scope, reason, before, after, targetHeadroomBytes, freedBytes }: Report) {
  const state = (memory: Report["before"]) =>
    memory === null ? "" : `${memory.level}, ${bytesText(memory.headroomBytes)} left` +
      (memory.totalBytes ? ` of ${bytesText(memory.totalBytes)}` : "");
  const rows: [string, string][] = [
    ["Node", code(run.node)],
    ["Scope", scope === null ? "" : code(scope)],
    ["Started by", text(`${run.trigger.by} (${run.trigger.kind})`)],
    ["Accepted", code(run.acceptedAt)],
    ["Report written", code(run.endedAt)],
    ["Dry run", run.dryRun ? "yes, nothing was changed" : ""],
    ["Why", reason === null ? "" : text(reason)],
    ["Before", text(state(before))],
    ["After", run.dryRun ? "" : text(state(after))],
    ["Headroom to reach", targetHeadroomBytes === null ? "" : bytesText(targetHeadroomBytes)],
    ["Came back", freedBytes === null ? "" : bytesText(freedBytes)],
    ["Run", code(run.id)],
    ["Runbook", `${text(run.runbook)} ${code(run.runbookHash)}`],
    ["Plan", code(run.planHash)],
  ];
  return table(["", ""], rows.filter(([, value]) => value !== ""));
}

function kills({ kills }: Report): string {
  const rows = kills.map((kill) => [
    code(kill.name),
    String(kill.pid),
    code(kill.signal),
    code(kill.at),
    text(kill.outcome.replaceAll("_", " ") + (kill.note ? `: ${kill.note}` : "")),
    bytesText(kill.predictedBytes),
    bytesText(kill.freedBytes),
  ]);
  const head = ["Process", "Pid", "Signal", "At", "Outcome", "Predicted", "Came back"];
  return titled("## Who was ended", table(head, rows));
}

function wouldKill({ wouldKill }: Report): string {
  const rows = wouldKill.map(({ rank, name, pid, scoreBytes, reason }) => [
    ...[String(rank), code(name), String(pid), bytesText(scoreBytes), text(reason)],
  ]);
  const head = ["Rank", "Process", "Pid", "Would free", "Why"];
  return titled("## Who would be ended", table(head, rows));
}

function leftAlone({ leftAlone }: Report): string {
  const rows = leftAlone.map(({ name, pid, rule }) => [code(name), String(pid), code(rule)]);
  return titled("## Who was left alone, and why", table(["Process", "Pid", "Rule"], rows));
}

function panorama({ panorama }: Report): string {
  if (panorama === undefined) return "";
  const { totalBytes, residualBytes, capturedAt, sha256 } = panorama;
  const share = (bytes: number) => percentText(bytes, totalBytes);
  const parts = panorama.parts.map(({ title, bytes }) => [
    ...[text(title), bytesText(bytes), share(bytes)],
  ]);
  parts.push(["not explained", bytesText(residualBytes), share(residualBytes)]);
  const top = panorama.top.map(({ name, pid, pssBytes, rssBytes, swapBytes }) => [
    ...[code(name), String(pid), pssBytes === null ? "unknown" : bytesText(pssBytes)],
    ...[bytesText(rssBytes), bytesText(swapBytes)],
  ]);
  return [
    "## Where the memory went",
    `Captured ${code(capturedAt)}${sha256 === null ? "" : `: ${link("panorama", sha256)}`}`,
    table(["Part", "Size", "Share"], parts),
    titled("Largest processes:", table(["Process", "Pid", "PSS", "RSS", "Swapped"], top)),
  ].filter((part) => part !== "").join("\n\n");
}

function hotspots({ hotspots }: Report): string {
  if (hotspots === undefined) return "";
  const { startedAt, elapsedMs, hz, samples, lost, pprof, collapsed } = hotspots;
  const rows = hotspots.top.slice(0, 10).map((hot) => [
    ...[code(hot.function), code(hot.module)],
    ...[percentText(hot.self, samples || 1), percentText(hot.total, samples || 1)],
  ]);
  const links = [pprof && link("pprof", pprof), collapsed && link("collapsed stacks", collapsed)];
  return [
    "## What the processors were busy with",
    `${samples} samples at ${hz} Hz for ${elapsedMs} ms from ${code(startedAt)}, ${lost} lost. ` +
    links.filter(Boolean).join(", "),
    table(["Function", "Module", "Self", "Total"], rows),
  ].map((part) => part.trim()).filter((part) => part !== "").join("\n\n");
}

function gpu({ gpu }: Report): string {
  if (gpu === undefined) return "";
  if ("skipped" in gpu) return `## GPUs\n\nSkipped: ${text(gpu.skipped)}`;
  const rows = gpu.devices.map((device) => [
    ...[String(device.index), text(device.name), bytesText(device.memoryUsedBytes)],
    ...[bytesText(device.memoryTotalBytes), String(device.processes.length)],
  ]);
  const head = ["GPU", "Name", "In use", "Memory", "Processes"];
  return `## GPUs\n\nDriver ${code(gpu.driverVersion)}\n\n${table(head, rows)}`;
}

function steps({ steps }: Report): string {
  const rows = steps.map((step) => [
    ...[code(step.path), text(step.status), String(step.attempt)],
    text(step.reason ?? step.error?.message ?? step.summary ?? ""),
  ]);
  return titled("## Steps", table(["Step", "Status", "Attempts", "What it came to"], rows));
}

function artifacts({ artifacts }: Report): string {
  const lines = artifacts.map(({ kind, sha256, bytes, capturedAt }) =>
    `${link(kind, sha256)}, ${bytesText(bytes)}, captured ${code(capturedAt)}`
  );
  return list("## Artifacts", lines);
}

function link(title: string, sha256: string): string {
  return `[${text(title)}](/api/v1/artifacts/${encodeURIComponent(sha256)})`;
}

function titled(title: string, body: string): string {
  return body === "" ? "" : `${title}\n\n${body}`;
}

function list(title: string, lines: string[]): string {
  return titled(title, lines.map((line) => `- ${line}`).join("\n"));
}

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/**
 * Text that stays text: every character that Markdown or HTML could read as markup is escaped.
 * A parenthesis only where it could be a link's: people read this in terminals, too.
 */
function text(value: string): string {
  return oneLine(value)
    .replace(/[\\`*_{}[\]#+!|~$]|(?<=\])\(/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/(https?|ftp|www|mailto)(?=[:.])/gi, "$1\u200b");
}

/** A name or number in code style; one that could end the style or be HTML is escaped text. */
function code(value: string): string {
  const bare = oneLine(value);
  if (bare === "") return "";
  return /[`|<>&]/.test(bare) ? text(bare) : `\`${bare}\``;
}

function oneLine(value: string): string {
  // deno-lint-ignore no-control-regex
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, " ")
    .trim();
}
