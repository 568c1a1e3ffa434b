/**
 * Running tools in the task runners, with their output kept for when they fail.
 *
 * @module
 */
import { ROOT } from "../../web/launch/paths.ts";
import { eachLine } from "../../web/launch/setup/command.ts";
import { cargoEnv } from "../../web/launch/setup/rust.ts";

/** How a tool ended. */
export interface Ended {
  ok: boolean;
  /** Both streams, as lines. */
  lines: string[];
  seconds: number;
}

/** Options of {@linkcode tool}. */
export interface ToolOptions {
  cwd?: string;
  env?: Record<string, string>;
  onLine?: (line: string) => void;
}

/** Runs a tool to its end. A program that is not there counts as failed, with that as its output. */
export async function tool(argv: string[], options: ToolOptions = {}): Promise<Ended> {
  const start = performance.now();
  const lines: string[] = [];
  const seconds = () => (performance.now() - start) / 1000;
  const [program, ...args] = argv as [string, ...string[]];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      cwd: options.cwd ?? ROOT,
      env: { ...cargoEnv(), NO_COLOR: "1", CARGO_TERM_COLOR: "never", ...options.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return { ok: false, lines: [`${program}: ${(error as Error).message}`], seconds: seconds() };
  }
  const keep = (line: string) => {
    lines.push(line);
    options.onLine?.(line);
  };
  const [status] = await Promise.all([
    child.status,
    eachLine(child.stdout, keep),
    eachLine(child.stderr, keep),
  ]);
  return { ok: status.success, lines, seconds: seconds() };
}
