/**
 * The data directory: made private, locked by one supervisor, described by `state.json`.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { LaunchError, writeError } from "../errors.ts";
import { DEFAULT_POLICY } from "./default_policy.ts";

/** Bytes that have to be free: Temporal's database and the logs alone take some tens of MiB. */
const NEEDED_BYTES = 64 * 1024 * 1024;

const FOLDERS = ["", "temporal", "centre", "tokens", "logs"];
const NODE_FOLDERS = ["node", "node/guard", "node/collector", "node/spool"];

/** `state.json`: what runs, and where. */
export interface State {
  url: string;
  port: number;
  gatewayPort: number;
  temporalAddress: string;
  supervisorPid: number;
  /** By process name; absent while a process is down. */
  pids: Record<string, number>;
}

/** A data directory that this process has locked. */
export interface DataDir {
  path: string;
  /** Writes `state.json`, whole or not at all. */
  writeState(state: State): void;
  /** Releases the lock. */
  [Symbol.dispose](): void;
}

/**
 * Makes and locks a data directory.
 *
 * @throws {LaunchError} read-only, full, not ours, or in use by another supervisor
 */
export async function openDataDir(path: string, withNode: boolean): Promise<DataDir> {
  try {
    for (const folder of withNode ? [...FOLDERS, ...NODE_FOLDERS] : FOLDERS) {
      Deno.mkdirSync(join(path, folder), { recursive: true, mode: 0o700 });
    }
    Deno.chmodSync(path, 0o700);
    requireSpace(path);
    makePrivate(join(path, "temporal"));
    const lock = await takeLock(path);
    if (withNode) writeDefaultPolicy(join(path, "node/policy.yaml"));
    return {
      path,
      writeState: (state) => writePrivate(join(path, "state.json"), JSON.stringify(state, null, 2)),
      [Symbol.dispose]: () => lock.close(),
    };
  } catch (error) {
    throw writeError(error, "the data directory", path, "--data-dir DIR");
  }
}

/** Databases of earlier versions were readable by everybody who got into the folder. */
function makePrivate(folder: string): void {
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (isFile) Deno.chmodSync(join(folder, name), 0o600);
  }
}

function requireSpace(path: string): void {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free >= NEEDED_BYTES) return;
  const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  throw new LaunchError(
    `the disk is full: ${mib(free)} free in ${path}, ${mib(NEEDED_BYTES)} needed`,
    "free some space there, or choose another place with --data-dir DIR",
  );
}

/** The kernel drops the lock with its holder, so what a crash left behind is simply taken over. */
async function takeLock(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(join(path, "lock"), {
    create: true,
    read: true,
    write: true,
    mode: 0o600,
  });
  if (await file.tryLock(true)) {
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    return file;
  }
  file.close();
  throw alreadyRunning(path);
}

function alreadyRunning(path: string): LaunchError {
  const pid = Number(readOr(join(path, "lock"), "0").trim());
  let url = "";
  try {
    const state = JSON.parse(readOr(join(path, "state.json"), "{}")) as Partial<State>;
    if (state.supervisorPid === pid && state.url) url = ` at ${state.url}`;
  } catch {
    // Half a file cannot be; an older format can. The pid says enough.
  }
  return new LaunchError(
    `Pitcrew already runs on ${path}: pid ${pid}${url}`,
    `use that one, stop it with: kill ${pid}\nor start another one with --data-dir DIR --port PORT`,
  );
}

function readOr(path: string, otherwise: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return otherwise;
  }
}

function writeDefaultPolicy(path: string): void {
  try {
    Deno.writeTextFileSync(path, DEFAULT_POLICY, { createNew: true, mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** Writes a file of mode 0600 by way of a temporary name. */
export function writePrivate(path: string, text: string): void {
  const part = `${path}.${Deno.pid}.part`;
  Deno.writeTextFileSync(part, `${text}\n`, { mode: 0o600 });
  Deno.renameSync(part, path);
}
