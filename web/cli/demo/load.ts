/**
 * The programs of the demonstration.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { CliFailure, EXIT } from "../core/failure.ts";

/** A program of ours inside a cgroup. */
export interface Load {
  pid: number;
  /** How it ended; undefined while it lives. */
  ended(): Deno.CommandStatus | undefined;
  /** SIGKILL, and waits until it is gone. Only ever our own child. */
  stop(): Promise<void>;
}

/** Path of one of our native executables. */
export function nativeProgram(name: string): string {
  const path = fromFileUrl(new URL(`../../../native/target/release/${name}`, import.meta.url));
  try {
    Deno.statSync(path);
    return path;
  } catch {
    throw new CliFailure(EXIT.failed, `${path} is not there`, "`deno task build` makes it");
  }
}

/**
 * Starts `pitcrew-load` in the cgroup whose `cgroup.procs` is given and waits until it says that
 * it is ready.
 *
 * @param outlive whether it stays when this program ends; by default even our SIGKILL ends it
 * @throws {CliFailure} when it is not built, or does not start
 */
export async function startLoad(
  procs: string,
  args: readonly string[],
  outlive = false,
): Promise<Load> {
  const child = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      // The shell joins the cgroup before it becomes the program: every page is charged to it.
      'echo $$ > "$1" && shift && exec "$@"',
      ...["sh", procs, nativeProgram("pitcrew-load"), ...args],
      ...(outlive ? [] : ["--die-with-stdin"]),
    ],
    stdin: outlive ? "null" : "piped",
    stdout: "piped",
    stderr: "null",
    // A group of its own: Ctrl-C in the terminal is ours to handle.
    detached: true,
  }).spawn();
  let status: Deno.CommandStatus | undefined;
  const done = child.status.then(async (ended) => {
    status = ended;
    if (!outlive) await child.stdin.close().catch(() => {});
    return ended;
  });
  const reader = child.stdout.getReader();
  const ready = await reader.read();
  await reader.cancel();
  if (ready.done) {
    const { code } = await done;
    throw new CliFailure(EXIT.failed, `pitcrew-load ${args[0]} ended at once (exit ${code})`);
  }
  return {
    pid: child.pid,
    ended: () => status,
    async stop() {
      if (!status) child.kill("SIGKILL");
      await done;
    },
  };
}
