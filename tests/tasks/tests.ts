/**
 * Which tests there are, and how they are run.
 *
 * @module
 */
import { ROOT } from "../../web/launch/paths.ts";
import { sourceFiles } from "../layers/source_files.ts";

/** Test files by how they may be run. */
export interface TestFiles {
  /** Beside the code, and the rules about the source: side by side. */
  unit: string[];
  /** Tests of the whole system: one after the other, since each starts an installation. */
  system: string[];
}

/** Tests under `tests/` that need no running system. */
const QUICK = /^tests\/(layers|tasks|replay|harness)\//;

/** All test files of the checkout. */
export async function testFiles(): Promise<TestFiles> {
  const files = (await sourceFiles(ROOT)).filter((file) => /_test\.tsx?$/.test(file));
  const system = files.filter((file) => file.startsWith("tests/") && !QUICK.test(file));
  return { unit: files.filter((file) => !system.includes(file)), system };
}

/** The command that runs test files; `jobs` at once. */
export function denoTest(
  files: string[],
  jobs: number,
): { argv: string[]; env: { DENO_JOBS: string } } {
  return {
    argv: [
      ...[Deno.execPath(), "test", "-A", "--no-check", "--quiet"],
      ...(jobs > 1 ? ["--parallel"] : []),
      ...files,
    ],
    env: { DENO_JOBS: String(jobs) },
  };
}

/** As many test files at once as there are processors, at most four. */
export const JOBS: number = Math.max(2, Math.min(4, navigator.hardwareConcurrency));
