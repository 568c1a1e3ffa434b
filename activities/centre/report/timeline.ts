/**
 * What happened when, in words.
 *
 * @module
 */
import {
  bytesText,
  type RelieveOutputs,
  type RunHead,
  type StepRecord,
} from "../../contract/mod.ts";

/** All moments of a run, oldest first. */
export function timelineOf(
  run: RunHead,
  records: readonly StepRecord[],
  relieve: RelieveOutputs | undefined,
): { at: string; text: string }[] {
  const by = `${run.trigger.kind}, ${run.trigger.by}`;
  const moments = [{ at: run.acceptedAt, text: `run accepted (${by})` }];
  for (const record of records) {
    if (record.startedAt !== null) {
      moments.push({ at: record.startedAt, text: `${record.id} began` });
    }
    const silent = record.status === "skipped" && record.startedAt === null;
    if (record.endedAt !== null && !silent) {
      moments.push({ at: record.endedAt, text: `${record.id} ${endText(record)}` });
    }
  }
  for (const kill of relieve?.kills ?? []) {
    moments.push({ at: kill.at, text: `${kill.signal} to ${kill.name} (pid ${kill.pid})` });
    if (kill.goneAt !== null) {
      const freed = `headroom grew by ${bytesText(kill.freedBytes)}`;
      moments.push({ at: kill.goneAt, text: `${kill.name} (pid ${kill.pid}) was gone; ${freed}` });
    }
  }
  return moments.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

function endText(record: StepRecord): string {
  if (record.status === "failed") return `failed: ${record.error?.message ?? "no reason given"}`;
  if (record.status === "cancelled") return "was cancelled";
  if (record.status === "skipped") return `was skipped: ${record.reason ?? "no reason given"}`;
  return `ended${record.summary ? `: ${record.summary}` : ""}`;
}
