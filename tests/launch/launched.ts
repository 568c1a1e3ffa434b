/**
 * An installation as a person starts it: by a command, with what it prints.
 *
 * @module
 */
import { join } from "@std/path";
import { ROOT } from "../../web/launch/paths.ts";
import { eachLine } from "../../web/launch/setup/command.ts";
import type { State } from "../../web/launch/supervisor/data_dir.ts";
import { until } from "../harness/until.ts";

/** The two commands that start an installation. */
export const COMMANDS = {
  deno: [Deno.execPath(), "task", "--quiet", "start"],
  npx: ["npx", "-y", "deno@2.9.6", "task", "start"],
};

/** A start under way. */
export interface Launched {
  /** The process that the command became. */
  pid: number;
  stdout: string[];
  stderr: string[];
  status: Promise<Deno.CommandStatus>;
  /** Milliseconds from the command to its `ready` line. */
  readyMs: number;
}

/** `state.json` of a data directory. */
export function readState(dataDir: string): State {
  return JSON.parse(Deno.readTextFileSync(join(dataDir, "state.json")));
}

/** Starts an installation on free ports and waits for its `ready` line. */
export async function launch(command: string[], dataDir: string): Promise<Launched> {
  const started = performance.now();
  const [program, ...args] = command as [string, ...string[]];
  const child = new Deno.Command(program, {
    args: [...args, "--data-dir", dataDir, "--port", "0"],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const launched: Launched = {
    pid: child.pid,
    stdout: [],
    stderr: [],
    status: child.status,
    readyMs: 0,
  };
  let ended = false;
  const output = Promise.all([
    eachLine(child.stdout, (line) => {
      launched.stdout.push(line);
      if (line.startsWith("ready ")) launched.readyMs = performance.now() - started;
    }),
    eachLine(child.stderr, (line) => launched.stderr.push(line)),
  ]);
  launched.status = child.status.then(async (status) => {
    ended = true;
    // The pipes stay open as long as anything that was started still holds them.
    await output;
    return status;
  });
  await until("ready", () => {
    if (ended) throw new Error(`start ended:\n${launched.stderr.join("\n")}`);
    return launched.readyMs > 0;
  }, { timeoutMs: 120_000, detail: () => launched.stderr.slice(-40).join("\n") });
  return launched;
}

/** Whether a process has ended (a zombie has). */
export function isGone(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return true;
  }
}

/** Pids of all processes that have `text` in their command line or environment, this one left out. */
export function processesAbout(text: string): number[] {
  return [...Deno.readDirSync("/proc")]
    .map(({ name }) => Number(name))
    .filter((pid) => Number.isInteger(pid) && pid !== Deno.pid)
    .filter((pid) =>
      ["cmdline", "environ"].some((file) => {
        try {
          return Deno.readTextFileSync(`/proc/${pid}/${file}`).includes(text);
        } catch {
          return false;
        }
      }) && !isGone(pid)
    );
}

/** Waits until nothing of the installation on `dataDir` is left. */
export async function nothingLeft(dataDir: string, timeoutMs: number): Promise<void> {
  const left = () =>
    processesAbout(dataDir).map((pid) => {
      try {
        return `${pid} ${Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`;
      } catch {
        return `${pid}`;
      }
    });
  await until("nothing is left", () => left().length === 0, {
    timeoutMs,
    detail: () => left().join("\n"),
  });
}

/** Runs `fn` with a data directory that is removed afterwards, together with what still runs on it. */
export async function withDataDir(fn: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "pitcrew-launch-" });
  try {
    await fn(dataDir);
  } finally {
    for (const pid of processesAbout(dataDir)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // Gone meanwhile.
      }
    }
    await Deno.remove(dataDir, { recursive: true });
  }
}
