/**
 * Running the launcher's programs in tests.
 *
 * @module
 */
import { inRepo, ROOT } from "../paths.ts";

/** How a program ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Whether mounts can be made, which the tests of bad disks need. */
export const IS_ROOT = Deno.uid() === 0;

/** Runs one of the launcher's programs to its end. */
export function runProgram(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return runCommand(Deno.execPath(), ["run", "-A", inRepo("web/launch", program), ...args], env);
}

/**
 * The same in a mount namespace of its own, after `prepare` (shell) made its mounts there.
 */
export function runWithMounts(
  prepare: string,
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const script = `set -e; ${prepare}; exec "$@"`;
  const command = [Deno.execPath(), "run", "-A", inRepo("web/launch", program), ...args];
  return runCommand("unshare", ["--mount", "sh", "-c", script, "sh", ...command], env);
}

async function runCommand(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<Outcome> {
  const output = await new Deno.Command(program, {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}
