/**
 * A bounded memory cgroup with real programs in it: the only place where tests let memory run out.
 *
 * @module
 */
import { join } from "@std/path";
import { ROOT } from "./stack.ts";
import { until } from "./until.ts";

const LOAD = join(ROOT, "native/target/release/pitcrew-load");

/** A process started inside the scope. */
export interface Member {
  pid: number;
  alive(): boolean;
}

/** A cgroup of our own. */
export interface Scope {
  /** As runbooks take it: `cgroup:/path`. */
  name: string;
  /** Bytes charged to it. */
  usage(): number;
  /** Starts `pitcrew-load` with these arguments in the cgroup. */
  run(...args: string[]): Promise<Member>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a memory cgroup limited to `limitBytes` (v1 or v2, whichever has the controller). */
export function makeScope(limitBytes: number): Scope {
  const path = `/pitcrew-test-${crypto.randomUUID().slice(0, 8)}`;
  const v1 = exists("/sys/fs/cgroup/memory/cgroup.procs");
  const dir = v1 ? `/sys/fs/cgroup/memory${path}` : `/sys/fs/cgroup${path}`;
  Deno.mkdirSync(dir);
  Deno.writeTextFileSync(
    join(dir, v1 ? "memory.limit_in_bytes" : "memory.max"),
    String(limitBytes),
  );
  const children: Deno.ChildProcess[] = [];
  return {
    name: `cgroup:${path}`,
    usage: () =>
      Number(
        Deno.readTextFileSync(join(dir, v1 ? "memory.usage_in_bytes" : "memory.current")),
      ),
    async run(...args) {
      // The shell joins the cgroup before it becomes the program, so that every page is charged.
      const child = new Deno.Command("sh", {
        args: [
          "-c",
          'echo $$ > "$1" && shift && exec "$@"',
          "sh",
          `${dir}/cgroup.procs`,
          LOAD,
          ...args,
        ],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      children.push(child);
      let gone = false;
      child.status.then(() => gone = true);
      await until(
        `pitcrew-load ${args[0]} has started`,
        () => gone || Deno.readTextFileSync(`/proc/${child.pid}/cmdline`).startsWith(LOAD),
      );
      return { pid: child.pid, alive: () => !gone };
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        try {
          child.kill("SIGKILL");
        } catch {
          // Already gone.
        }
        await child.status;
      }
      await until("the cgroup is empty", () => {
        try {
          Deno.removeSync(dir);
          return true;
        } catch (error) {
          if (error instanceof Deno.errors.NotFound) return true;
          return false;
        }
      });
    },
  };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
