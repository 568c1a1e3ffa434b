/**
 * Counts and names of tests, read from what the test runners really printed.
 *
 * @module
 */
import { isListedReason } from "./skip_reasons.ts";

/** What came out of one run of a test runner. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Skipped for a reason that is not listed; counted as failed. */
  unlisted: string[];
}

/** Nothing yet. */
export const NONE: Counts = { passed: 0, failed: 0, skipped: 0, unlisted: [] };

/** The sum of two runs. */
export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    unlisted: [...a.unlisted, ...b.unlisted],
  };
}

/**
 * Reads the output of `deno test`: its summary for the numbers, its lines for the names of ignored
 * tests. A run that failed without a failed test (it did not compile, it crashed) counts as one.
 */
export function denoCounts(lines: string[], ok: boolean): Counts {
  const counts = { ...NONE, unlisted: [] as string[] };
  for (const line of lines) {
    const summary = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(line);
    if (summary) {
      counts.passed += Number(summary[1]);
      counts.failed += Number(summary[2]);
    }
    const ignored = /^(.+) \.\.\. ignored(?: \([^)]*\))?$/.exec(line);
    if (ignored) addSkipped(counts, ignored[1]!);
  }
  return settle(counts, ok);
}

/** Reads the output of `cargo test`; an ignored test has to carry its reason (`#[ignore = "…"]`). */
export function cargoCounts(lines: string[], ok: boolean): Counts {
  const counts = { ...NONE, unlisted: [] as string[] };
  for (const line of lines) {
    const summary = /^test result: \w+\. (\d+) passed; (\d+) failed;/.exec(line);
    if (summary) {
      counts.passed += Number(summary[1]);
      counts.failed += Number(summary[2]);
    }
    const ignored = /^test (.+) \.\.\. ignored(?:, (.*))?$/.exec(line);
    if (ignored) addSkipped(counts, `${ignored[1]} (${ignored[2] ?? ""})`);
  }
  return settle(counts, ok);
}

function addSkipped(counts: Counts, name: string): void {
  if (isListedReason(name)) counts.skipped++;
  else counts.unlisted.push(name);
}

function settle(counts: Counts, ok: boolean): Counts {
  counts.failed += counts.unlisted.length;
  if (!ok && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** The last line of a run of the suite. */
export function totalLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}
