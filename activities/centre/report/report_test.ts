/**
 * Reports against their golden files under `testdata/`; `UPDATE_GOLDEN=1` writes them again.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { buildReport } from "./build.ts";
import { createComposeReport } from "./compose.ts";
import { renderMarkdown } from "./markdown.ts";
import { dryRunRecords, HOSTILE, relievedRecords, RUN } from "./testing.ts";

const AT = "2026-11-23T12:00:06.000Z";
const TITLE = "Relieve a machine that runs out of memory";

function golden(name: string, actual: string): void {
  const file = new URL(`./testdata/${name}`, import.meta.url);
  if (Deno.env.get("UPDATE_GOLDEN")) Deno.writeTextFileSync(file, actual);
  assertEquals(actual, Deno.readTextFileSync(file));
}

const relieved = buildReport({ run: RUN, title: TITLE, records: relievedRecords(), at: AT });

Deno.test("the report of a rescue", () => {
  golden("relieved.json", JSON.stringify(relieved, null, 2) + "\n");
  golden("relieved.md.txt", renderMarkdown(relieved));
});

Deno.test("the report of a dry run names who would go and claims nothing", () => {
  const run = { ...RUN, dryRun: true };
  const report = buildReport({ run, title: TITLE, records: dryRunRecords(), at: AT });
  assertEquals([report.outcome, report.kills, report.freedBytes], ["dry_run", [], null]);
  golden("dry_run.md.txt", renderMarkdown(report));
});

Deno.test("a process cannot write into the report", () => {
  const markdown = renderMarkdown(relieved);
  assert(!/<|\]\(javascript/.test(markdown), markdown);
  assert(!/^# oops/m.test(markdown));
  assert(markdown.split("\n").every((line) => !line.startsWith("|") || line.endsWith("|")));
  assert(!markdown.includes(HOSTILE.split("\n")[0]!));
});

Deno.test("outcomes", () => {
  const outcome = (change: (records: ReturnType<typeof relievedRecords>) => unknown) => {
    const records = relievedRecords();
    change(records);
    const report = buildReport({ run: RUN, title: TITLE, records, at: AT });
    return [report.outcome, report.headline];
  };
  const [failed, why] = outcome((records) => {
    records[0] = {
      ...records[0]!,
      ...{ status: "failed", outputs: undefined },
      error: { code: "unavailable", message: "the guard is away" },
    };
    for (const record of records.slice(1)) {
      Object.assign(record, { status: "skipped", outputs: undefined, reason: "a step failed" });
    }
  });
  assertEquals(failed, "failed");
  assertMatch(why!, /detect: the guard is away. Nobody was killed/);
  const [cancelled, what] = outcome((records) =>
    Object.assign(records[3]!, { status: "cancelled" })
  );
  assertEquals(cancelled, "cancelled");
  assertMatch(what!, /1 process was ended/);
  const [calm, enough] = outcome((records) => {
    Object.assign(records[0]!.outputs!, { level: "ok", headroomBytes: 256 * 1024 * 1024 });
    Object.assign(records[2]!, { status: "skipped", outputs: undefined });
  });
  assertEquals(calm, "not_needed");
  assertMatch(enough!, /256 MiB left \(50 %\): nothing had to be killed/);
});

Deno.test("a report of nothing at all can still be written", () => {
  const report = buildReport({ run: RUN, title: TITLE, records: [], at: AT });
  assertMatch(
    renderMarkdown(report),
    /The run on Node edge-7 completed|The run on edge-7 completed/,
  );
});

Deno.test("report.compose keeps JSON and Markdown, and only of its own run", async () => {
  const kept: string[] = [];
  const compose = createComposeReport({
    now: () => new Date(AT),
    artifacts: {
      put: (bytes, { runId: _, ...meta }) => {
        kept.push(`${meta.kind} ${meta.name}`);
        return Promise.resolve({ sha256: "e".repeat(64), bytes: bytes.length, ...meta });
      },
    },
  });
  const input = {
    run: { ...RUN, title: TITLE },
    step: { path: "report", id: "report", title: "", uses: "report.compose", attempt: 1 },
    with: {},
    history: relievedRecords(),
  };
  const output = await compose(input, { workflowId: RUN.id, temporalRunId: "t" });
  assertEquals(kept, ["report report.json", "report-markdown report.md"]);
  assertEquals(output.outputs.path, `/runs/${RUN.id}/report`);
  let refused = false;
  await compose(input, { workflowId: "other", temporalRunId: "t" }).catch(() => refused = true);
  assert(refused);
});
