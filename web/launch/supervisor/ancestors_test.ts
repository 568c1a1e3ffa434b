import { assertEquals, assertFalse } from "@std/assert";
import { join } from "node:path";
import { ancestorsToWatch, isAlive } from "./ancestors.ts";

/** A `/proc` with these processes: pid → [parent, command line]. */
async function withProc(
  processes: Record<number, [number, string]>,
  fn: (proc: string) => void,
) {
  const proc = await Deno.makeTempDir();
  for (const [pid, [parent, command]] of Object.entries(processes)) {
    await Deno.mkdir(join(proc, pid));
    // Field 22 is the start time; the name may hold spaces and parentheses.
    const rest = `S ${parent} ${"0 ".repeat(17)}${pid}00 0 0`;
    await Deno.writeTextFile(join(proc, pid, "stat"), `${pid} (a (b) c) ${rest}`);
    await Deno.writeTextFile(join(proc, pid, "cmdline"), command.replaceAll(" ", "\0"));
  }
  try {
    fn(proc);
  } finally {
    await Deno.remove(proc, { recursive: true });
  }
}

const pids = (pid: number, proc: string) => ancestorsToWatch(pid, proc).map(({ pid }) => pid);

Deno.test("started by npx: everything up to npx is watched, its shell is not", () =>
  withProc({
    2: [1, "bash"],
    3: [2, "npm exec deno@2.9.6 task start"],
    4: [3, "sh -c 'deno' task start"],
    5: [4, "/cache/deno task start"],
    6: [5, "/cache/deno run -A web/launch/main.ts"],
  }, (proc) => assertEquals(pids(6, proc), [5, 4, 3])));

Deno.test("started by deno task: only that is watched", () =>
  withProc({
    2: [1, "bash"],
    3: [2, "deno task --quiet start"],
    4: [3, "deno run -A web/launch/main.ts"],
  }, (proc) => assertEquals(pids(4, proc), [3])));

Deno.test("started by itself: nobody is watched", () =>
  withProc({
    2: [1, "bash"],
    3: [2, "deno run -A web/launch/main.ts"],
  }, (proc) => assertEquals(pids(3, proc), [])));

Deno.test("a reused pid, a zombie and an ended process are not alive", () =>
  withProc({ 3: [1, "deno task start"], 4: [3, "deno run"] }, (proc) => {
    const [ancestor] = ancestorsToWatch(4, proc);
    assertEquals(isAlive(ancestor!, proc), true);
    assertFalse(isAlive({ ...ancestor!, startTime: "1" }, proc));
    const stat = join(proc, "3/stat");
    Deno.writeTextFileSync(stat, Deno.readTextFileSync(stat).replace(" S ", " Z "));
    assertFalse(isAlive(ancestor!, proc));
    Deno.removeSync(stat);
    assertFalse(isAlive(ancestor!, proc));
  }));
