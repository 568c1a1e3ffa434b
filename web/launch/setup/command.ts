/**
 * Running other programs during set-up.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { EXIT, LaunchError } from "../errors.ts";

/** Options of {@linkcode run}. */
export interface RunOptions {
  cwd?: string;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** Called with each line of both streams as it comes. */
  onLine?: (line: string) => void;
  /** What to do when it fails; a default names the command. */
  hint?: string;
}

/** Process groups that are at work just now. */
const running = new Set<number>();

/** Ends whatever {@linkcode run} has started, with everything that these started. */
export function endCommands(): void {
  for (const pid of running) {
    try {
      Deno.kill(-pid, "SIGTERM");
    } catch {
      // Already gone.
    }
  }
}

/** How many of the last lines of a failed command are shown. */
const TAIL_LINES = 25;

/**
 * Finds an executable file on `PATH` and in `more` folders.
 *
 * @returns its path, or undefined
 */
export function findExecutable(
  name: string,
  more: string[] = [],
  path: string = Deno.env.get("PATH") ?? "",
): string | undefined {
  for (const dir of [...path.split(":"), ...more]) {
    if (dir === "") continue;
    const file = join(dir, name);
    try {
      accessSync(file, constants.X_OK);
      if (Deno.statSync(file).isFile) return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/**
 * Runs a program to its end.
 *
 * @returns its output, both streams, as lines
 * @throws {LaunchError} when it cannot start or fails; the message holds its last lines
 */
export async function run(argv: string[], options: RunOptions = {}): Promise<string[]> {
  const [program, ...args] = argv as [string, ...string[]];
  const lines: string[] = [];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: options.env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A group of its own, so that a compiler ends with the build that started it.
      detached: true,
    }).spawn();
    running.add(child.pid);
  } catch (error) {
    throw new LaunchError(
      `cannot run ${program}: ${(error as Error).message}`,
      options.hint ?? `install ${program} and start again`,
    );
  }
  const keep = (line: string) => {
    lines.push(line);
    options.onLine?.(line);
  };
  const [status] = await Promise.all([
    child.status,
    eachLine(child.stdout, keep),
    eachLine(child.stderr, keep),
  ]).finally(() => running.delete(child.pid));
  if (!status.success) throw failure(argv, status, lines, options.hint);
  return lines;
}

function failure(
  argv: string[],
  status: Deno.CommandStatus,
  lines: string[],
  hint?: string,
): LaunchError {
  const how = status.signal ? `was ended by ${status.signal}` : `failed with code ${status.code}`;
  const shown = argv.join(" ");
  const tail = lines.slice(-TAIL_LINES).map((line) => `    ${line}`).join("\n");
  const text = lines.join("\n");
  let advice = hint ?? "read its last lines above, and start again";
  if (/No space left on device|ENOSPC|os error 28/.test(text)) {
    advice = "the disk is full: free some space, and start again";
  } else if (/Read-only file system|EROFS|os error 30/.test(text)) {
    advice = "the file system is read-only: remount it writable, and start again";
  }
  return new LaunchError(`${shown} ${how}:\n${tail}`, advice, EXIT.failed);
}

/** Calls `handle` with each line of a byte stream; carriage returns end lines too. */
export async function eachLine(
  from: ReadableStream<Uint8Array>,
  handle: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of from) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/);
    rest = parts.pop() ?? "";
    for (const line of parts) handle(line);
  }
  rest += decoder.decode();
  if (rest !== "") handle(rest);
}
