/**
 * Builds the report from the run and its steps' records; pure.
 *
 * @module
 */
import type {
  DetectOutputs,
  GpuStatusOutputs,
  HotspotsOutputs,
  PanoramaOutputs,
  RelieveOutputs,
  RunHead,
  StepRecord,
} from "../../contract/mod.ts";
import { headlineOf } from "./headline.ts";
import type { MemoryState, Outcome, Report } from "./report.ts";
import { timelineOf } from "./timeline.ts";

/** What a report is made of. */
export interface ReportMaterial {
  /** The run. */
  run: RunHead;
  /** Heading. */
  title: string;
  /** Records of all steps but the one that writes the report. */
  records: readonly StepRecord[];
  /** When the report is written, ISO 8601. */
  at: string;
}

/** Builds the report. */
export function buildReport({ run, title, records, at }: ReportMaterial): Report {
  const detect = outputsOf<DetectOutputs>(records, "memory.detect");
  const relieve = outputsOf<RelieveOutputs>(records, "memory.relieve");
  const started = records.map(({ startedAt }) => startedAt).filter((time) => time !== null).sort();
  const report: Report = {
    version: 1,
    title,
    run: { ...run, startedAt: started[0] ?? null, endedAt: at },
    headline: "",
    outcome: outcomeOf(run, records, detect, relieve),
    timeline: timelineOf(run, records, relieve),
    scope: relieve?.scope ?? detect?.scope ?? null,
    reason: detect?.reason ?? null,
    before: beforeOf(detect, relieve),
    after: afterOf(detect, relieve),
    targetHeadroomBytes: relieve?.targetHeadroomBytes ?? null,
    kills: relieve?.kills ?? [],
    wouldKill: run.dryRun ? relieve?.chosen ?? [] : [],
    leftAlone: relieve?.protected ?? [],
    freedBytes: relieve === undefined || run.dryRun ? null : relieve.groupFreedBytes,
    predictedBytes: relieve?.predictedBytes ?? null,
    recoveredMs: relieve?.recoveredMs ?? null,
    supersededBy: relieve?.supersededBy ?? null,
    ...evidenceOf(records),
    steps: records.map(({ outputs: _, ...head }) => head),
    artifacts: records.flatMap(({ artifacts }) => artifacts),
    notes: notesOf(records),
  };
  return { ...report, headline: headlineOf(report) };
}

function find(records: readonly StepRecord[], uses: string): StepRecord | undefined {
  return records.findLast((record) => record.uses === uses && record.outputs !== undefined);
}

/** Outputs of the last step with this action; empty ones count as none. */
function outputsOf<T>(records: readonly StepRecord[], uses: string): T | undefined {
  const outputs = find(records, uses)?.outputs;
  if (outputs === undefined || Object.keys(outputs).length === 0) return undefined;
  return outputs as unknown as T;
}

function outcomeOf(
  run: RunHead,
  records: readonly StepRecord[],
  detect: DetectOutputs | undefined,
  relieve: RelieveOutputs | undefined,
): Outcome {
  if (records.some(({ status }) => status === "cancelled")) return "cancelled";
  if (records.some(({ status, tolerated }) => status === "failed" && !tolerated)) return "failed";
  if (run.dryRun) return "dry_run";
  if (relieve !== undefined) return relieve.status;
  return detect?.level === "ok" ? "not_needed" : "completed";
}

function beforeOf(
  detect: DetectOutputs | undefined,
  relieve: RelieveOutputs | undefined,
): MemoryState | null {
  const totalBytes = detect?.totalBytes ?? null;
  if (relieve !== undefined) {
    return { level: relieve.levelBefore, headroomBytes: relieve.headroomBeforeBytes, totalBytes };
  }
  return detect === undefined
    ? null
    : { level: detect.level, headroomBytes: detect.headroomBytes, totalBytes };
}

function afterOf(
  detect: DetectOutputs | undefined,
  relieve: RelieveOutputs | undefined,
): MemoryState | null {
  if (relieve === undefined) return null;
  return {
    level: relieve.levelAfter,
    headroomBytes: relieve.headroomAfterBytes,
    totalBytes: detect?.totalBytes ?? null,
  };
}

function evidenceOf(
  records: readonly StepRecord[],
): Pick<Report, "panorama" | "hotspots" | "gpu"> {
  const panorama = outputsOf<PanoramaOutputs>(records, "memory.panorama");
  const hotspots = outputsOf<HotspotsOutputs>(records, "cpu.hotspots");
  const gpu = outputsOf<GpuStatusOutputs>(records, "gpu.status");
  const gpuRecord = records.findLast(({ uses }) => uses === "gpu.status");
  const sha256 = (uses: string, kind: string) =>
    find(records, uses)?.artifacts.find((artifact) => artifact.kind === kind)?.sha256 ?? null;
  return {
    ...(panorama && { panorama: { ...panorama, sha256: sha256("memory.panorama", "panorama") } }),
    ...(hotspots && {
      hotspots: {
        ...hotspots,
        pprof: sha256("cpu.hotspots", "pprof"),
        collapsed: sha256("cpu.hotspots", "collapsed"),
      },
    }),
    ...(gpu
      ? { gpu }
      : gpuRecord?.status === "skipped"
      ? { gpu: { skipped: gpuRecord.reason ?? "nothing to ask" } }
      : {}),
  };
}

function notesOf(records: readonly StepRecord[]): string[] {
  return records.flatMap((record) => {
    const { id, status, reason, error, tolerated } = record;
    if (status === "skipped") return [`${id} was skipped: ${reason ?? "its condition was false"}`];
    if (status === "cancelled") return [`${id} was cancelled${reason ? `: ${reason}` : ""}`];
    if (status === "failed") {
      const rest = tolerated ? "; the run went on without it" : "";
      return [`${id} failed: ${error?.message ?? "no reason given"}${rest}`];
    }
    return missingOf(record);
  });
}

function missingOf({ id, outputs }: StepRecord): string[] {
  const missing = (outputs as { missing?: { source: string; reason: string }[] })?.missing ?? [];
  return missing.map(({ source, reason }) => `${id} had to do without ${source}: ${reason}`);
}
