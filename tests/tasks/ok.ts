/**
 * `deno task ok`: every quick check, before each commit. Checks that share no resource run side by
 * side; a table with the seconds of each comes last.
 *
 * @module
 */
import { reportError } from "../../web/launch/errors.ts";
import { inRepo, ROOT } from "../../web/launch/paths.ts";
import { setUp } from "../../web/launch/setup/mod.ts";
import { sourceFiles } from "../layers/source_files.ts";
import { type Ended, tool } from "./command.ts";
import { type Generator, generators } from "./generators.ts";
import { denoTest, JOBS, testFiles } from "./tests.ts";

interface Check {
  name: string;
  run: () => Promise<Ended>;
}

const DENO = Deno.execPath();
const cargo = (command: string, ...args: string[]) =>
  tool(
    ["cargo", command, "--locked", "--quiet", "--target-dir", inRepo("native/target"), ...args],
    {
      cwd: inRepo("native"),
    },
  );

const freshness = ({ name, check }: Generator): Check => ({
  name: `${name} up to date`,
  run: () => tool(check),
});

/** Checks of one group run one after the other: all of cargo's wait for the same lock. */
async function groups(): Promise<Check[][]> {
  const { unit } = await testFiles();
  const doors = (await sourceFiles(ROOT)).filter((file) => file.endsWith("/mod.ts"));
  const tests = denoTest(unit, JOBS);
  return [
    [
      {
        name: "cargo fmt",
        run: () => tool(["cargo", "fmt", "--all", "--check"], { cwd: inRepo("native") }),
      },
      {
        name: "cargo clippy",
        run: () => cargo("clippy", "--workspace", "--all-targets", "--", "-D", "warnings"),
      },
      {
        name: "cargo test (units)",
        run: () => cargo("test", "--workspace", "--lib", "--bins"),
      },
      ...generators.filter(({ usesCargo }) => usesCargo).map(freshness),
    ],
    [
      { name: "deno fmt", run: () => tool([DENO, "fmt", "--check"]) },
      { name: "deno lint", run: () => tool([DENO, "lint", "--quiet"]) },
      { name: "deno check", run: () => tool([DENO, "check", "--quiet", "."]) },
      { name: "deno doc --lint", run: () => tool([DENO, "doc", "--lint", "--quiet", ...doors]) },
      ...generators.filter(({ usesCargo }) => !usesCargo).map(freshness),
    ],
    [
      { name: "unit tests, layers, tidy", run: () => tool(tests.argv, { env: tests.env }) },
    ],
  ];
}

async function main(): Promise<number> {
  await setUp("test");
  const start = performance.now();
  const results: { name: string; ended: Ended }[] = [];
  await Promise.all((await groups()).map(async (group) => {
    for (const { name, run } of group) {
      const ended = await run();
      results.push({ name, ended });
      console.log(`${ended.ok ? "ok  " : "FAIL"}  ${name}`);
    }
  }));
  const failed = results.filter(({ ended }) => !ended.ok);
  for (const { name, ended } of failed) {
    console.log(`\n── ${name}\n${ended.lines.slice(-120).join("\n")}`);
  }
  console.log();
  for (const { name, ended } of results) {
    console.log(
      `${ended.ok ? "ok  " : "FAIL"}  ${name.padEnd(32)} ${ended.seconds.toFixed(1).padStart(6)} s`,
    );
  }
  console.log(`${"".padEnd(38)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`);
  return failed.length > 0 ? 1 : 0;
}

try {
  Deno.exit(await main());
} catch (error) {
  Deno.exit(reportError(error));
}
