/**
 * `deno task test`: set-up, then the whole regular suite. The last line is `N passed, N failed`.
 *
 * @module
 */
import { reportError } from "../../web/launch/errors.ts";
import { inRepo } from "../../web/launch/paths.ts";
import { setUp } from "../../web/launch/setup/mod.ts";
import { elapsed } from "../../web/launch/setup/progress.ts";
import { type Ended, tool } from "./command.ts";
import { add, cargoCounts, type Counts, denoCounts, NONE, totalLine } from "./counts.ts";
import { denoTest, JOBS, testFiles } from "./tests.ts";

/** Runs one part of the suite, showing what fails and a line at the end. */
async function part(
  title: string,
  run: (onLine: (line: string) => void) => Promise<Ended>,
  count: (lines: string[], ok: boolean) => Counts,
): Promise<Counts> {
  console.log(`\n── ${title}`);
  const ended = await run((line) => {
    if (isWorthShowing(line)) console.log(line);
  });
  const counts = count(ended.lines, ended.ok);
  if (counts.failed > 0) console.log(ended.lines.slice(-400).join("\n"));
  for (const name of counts.unlisted) {
    console.log(`skipped for a reason that the README does not list: ${name}`);
  }
  console.log(`── ${title}: ${totalLine(counts)} (${ended.seconds.toFixed(1)} s)`);
  return counts;
}

/** Results only: whoever waits sees that it goes on. */
function isWorthShowing(line: string): boolean {
  return /\.\.\. (ok|FAILED|ignored)/.test(line) || /^\s+Compiling pitcrew/.test(line);
}

async function suite(): Promise<Counts> {
  const { unit, system } = await testFiles();
  const deno = (files: string[], jobs: number) => (onLine: (line: string) => void) => {
    const { argv, env } = denoTest(files, jobs);
    return tool(argv, { env, onLine });
  };
  let total = NONE;
  total = add(total, await part("native tests", nativeTests, cargoCounts));
  total = add(total, await part("unit tests", deno(unit, JOBS), denoCounts));
  if (system.length > 0) {
    total = add(total, await part("system tests", deno(system, 1), denoCounts));
  }
  return total;
}

function nativeTests(onLine: (line: string) => void): Promise<Ended> {
  const argv = [
    "cargo",
    "test",
    "--locked",
    "--no-fail-fast",
    "--target-dir",
    inRepo("native/target"),
  ];
  return tool(argv, { cwd: inRepo("native"), onLine });
}

const start = performance.now();
try {
  await setUp("test");
} catch (error) {
  const code = reportError(error);
  console.log("0 passed, 1 failed");
  Deno.exit(code);
}
const total = await suite();
console.log(`\nin ${elapsed(start)}`);
if (total.passed === 0 && total.failed === 0) console.log("no test was found");
console.log(totalLine(total));
Deno.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
