/**
 * A bounded memory cgroup of our own, v1 or v2.
 *
 * @module
 */
import { join } from "@std/path";
import { CliFailure, EXIT } from "../core/failure.ts";

const PREFIX = "pitcrew-demo-";
/** A demonstration is over long before. */
const LEFTOVER_MS = 10 * 60_000;

/** A memory cgroup that this program made. */
export interface MemoryCgroup {
  /** As runbooks name it: `cgroup:/path`. */
  scope: string;
  /** Where it lies in the file system. */
  dir: string;
  /** File that takes a pid to join. */
  procs: string;
  usageBytes(): number;
  /** How often the kernel's OOM killer acted in it. */
  oomKills(): number;
  /** Processes in it. */
  pids(): number[];
  /** Removes it once it is empty; false while it is not. */
  remove(): boolean;
}

/** Where the memory controller is mounted, and below which path we may make cgroups. */
interface Hierarchy {
  version: 1 | 2;
  mount: string;
  /** Ends without a slash; empty for the root. */
  parent: string;
}

/**
 * Makes `pitcrew-demo-<id>` limited to `limitBytes`, swap included where the machine accounts it.
 *
 * @throws {CliFailure} saying what is missing
 */
export function makeMemoryCgroup(id: string, limitBytes: number): MemoryCgroup {
  const { version, mount, parent } = findHierarchy();
  const path = `${parent}/${PREFIX}${id}`;
  const dir = join(mount, path);
  const file = (name: string) => join(dir, name);
  const names = version === 1
    ? {
      limit: "memory.limit_in_bytes",
      usage: "memory.usage_in_bytes",
      swap: "memory.memsw.limit_in_bytes",
      swapLimit: limitBytes,
      events: "memory.oom_control",
    }
    : {
      limit: "memory.max",
      usage: "memory.current",
      swap: "memory.swap.max",
      swapLimit: 0,
      events: "memory.events",
    };
  sweep(join(mount, parent));
  try {
    if (version === 2 && parent === "") enableController(mount);
    Deno.mkdirSync(dir);
  } catch (error) {
    throw missing(dir, error);
  }
  try {
    Deno.writeTextFileSync(file(names.limit), String(limitBytes));
    // Without this a machine with swap would never come near the limit.
    if (exists(file(names.swap))) Deno.writeTextFileSync(file(names.swap), String(names.swapLimit));
  } catch (error) {
    Deno.removeSync(dir);
    throw missing(dir, error);
  }
  const procs = file("cgroup.procs");
  return {
    scope: `cgroup:${path}`,
    dir,
    procs,
    usageBytes: () => Number(Deno.readTextFileSync(file(names.usage))),
    oomKills: () =>
      Number(/^oom_kill (\d+)$/m.exec(Deno.readTextFileSync(file(names.events)))?.[1] ?? 0),
    pids: () => Deno.readTextFileSync(procs).split("\n").filter(Boolean).map(Number),
    remove: () => {
      try {
        Deno.removeSync(dir);
        return true;
      } catch (error) {
        return error instanceof Deno.errors.NotFound;
      }
    },
  };
}

/**
 * As root below the controller's root; otherwise below our own cgroup, where a delegated one is.
 */
function findHierarchy(): Hierarchy {
  const mounts = Deno.readTextFileSync("/proc/self/mounts").split("\n").map((row) =>
    row.split(" ")
  );
  const own = Deno.readTextFileSync("/proc/self/cgroup").split("\n").map((row) => row.split(":"));
  const root = Deno.uid() === 0;
  const v1 = mounts.find(([, , type, options]) =>
    type === "cgroup" && options!.split(",").includes("memory")
  );
  if (v1) {
    const path = own.find(([, names]) => names?.split(",").includes("memory"))?.[2] ?? "";
    return { version: 1, mount: v1[1]!, parent: root ? "" : path.replace(/\/$/, "") };
  }
  const v2 = mounts.find(([, , type]) => type === "cgroup2");
  if (v2 && readIfThere(join(v2[1]!, "cgroup.controllers")).split(/\s/).includes("memory")) {
    const path = own.find(([id]) => id === "0")?.[2] ?? "";
    return { version: 2, mount: v2[1]!, parent: root ? "" : path.replace(/\/$/, "") };
  }
  throw new CliFailure(
    EXIT.failed,
    "this machine has no memory cgroup controller",
    "the demonstration needs one to leak in safely; boot with cgroup_enable=memory",
  );
}

/**
 * Removes what demonstrations left that were killed before they could clean up. Their programs
 * ended with them, so their cgroups are empty; one in use cannot be removed.
 */
function sweep(parent: string): void {
  for (const { name } of Deno.readDirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      const { mtime } = Deno.statSync(join(parent, name));
      if (Date.now() - (mtime?.getTime() ?? Date.now()) > LEFTOVER_MS) {
        Deno.removeSync(join(parent, name));
      }
    } catch {
      // In use, or gone meanwhile.
    }
  }
}

/** v2 gives children the memory controller only where the parent says so. */
function enableController(mount: string): void {
  const control = join(mount, "cgroup.subtree_control");
  if (!readIfThere(control).split(/\s/).includes("memory")) {
    Deno.writeTextFileSync(control, "+memory");
  }
}

function missing(dir: string, error: unknown): CliFailure {
  return new CliFailure(
    EXIT.refused,
    `cannot make the memory cgroup ${dir}: ${(error as Error).message}`,
    "run it as root, or in a delegated cgroup: " +
      "`systemd-run --user --scope -p Delegate=yes deno task pitcrew demo near-oom`",
  );
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
