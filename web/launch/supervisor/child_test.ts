import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { backoffMs, Child, type ChildEvents, type ChildSpec } from "./child.ts";

function spec(dir: string, script: string): ChildSpec {
  return {
    name: "x",
    argv: ["sh", "-c", script],
    env: { PATH: "/usr/bin:/bin" },
    cwd: dir,
    logPath: join(dir, "x.log"),
  };
}

/** Events as a stream of lines that can be awaited. */
function recorder() {
  const lines: string[] = [];
  let wake = () => {};
  const push = (line: string) => {
    lines.push(line);
    wake();
  };
  const events: ChildEvents = {
    started: (_, pid) => push(`started ${pid}`),
    ended: (_, how, failures) => push(`${how}, ${failures}`),
  };
  const next = async () => {
    while (lines.length === 0) await new Promise<void>((resolve) => wake = resolve);
    return lines.shift()!;
  };
  return { events, next };
}

const isGone = (pid: number) => {
  try {
    return /^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return true;
  }
};

Deno.test("the delay starts quick and stays bounded", () => {
  assertEquals([1, 2, 3, 7, 20].map(backoffMs), [100, 200, 400, 5000, 5000]);
});

Deno.test("a child that ends is started again with a new pid, and its output is in the log", async () => {
  const dir = await Deno.makeTempDir();
  const { events, next } = recorder();
  const child = new Child(spec(dir, "echo out; echo err >&2; cat"), events);
  child.start();
  const first = await next();
  Deno.kill(child.pid!, "SIGKILL");
  assertEquals(await next(), "ended by SIGKILL, 1");
  const second = await next();
  assertNotEquals(second, first);
  await child.stop(1000);
  assertEquals(Deno.readTextFileSync(join(dir, "x.log")).includes("out\nerr\n"), true);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("what a child writes is its owner's alone, whatever the umask here", async () => {
  const dir = await Deno.makeTempDir();
  const before = Deno.umask(0o022);
  const { events, next } = recorder();
  const child = new Child(spec(dir, "echo secret > file; mkdir folder; exec cat"), events);
  child.start();
  await next();
  const mode = (name: string) => {
    try {
      return Deno.statSync(join(dir, name)).mode! & 0o777;
    } catch {
      return undefined;
    }
  };
  while (mode("folder") === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals([mode("file"), mode("folder")], [0o600, 0o700]);
  assertEquals(Deno.umask(before), 0o022, "the supervisor keeps its own");
  await child.stop(1000);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("stop kills what ignores TERM, with everything it started", async () => {
  const dir = await Deno.makeTempDir();
  const { events, next } = recorder();
  const script = "trap '' TERM; sleep 300 & echo $! > kid; wait; wait";
  const child = new Child(spec(dir, script), events);
  child.start();
  await next();
  const pid = child.pid!;
  let kid = 0;
  while (kid === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    try {
      kid = Number(Deno.readTextFileSync(join(dir, "kid")));
    } catch {
      // Not yet written.
    }
  }
  await child.stop(50);
  while (!isGone(kid)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert(isGone(pid));
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a program that is not there counts as an ending", async () => {
  const dir = await Deno.makeTempDir();
  const { events, next } = recorder();
  const child = new Child({ ...spec(dir, ""), argv: ["/no/such/program"] }, events);
  child.start();
  const how = await next();
  assert(how.includes("/no/such/program"), how);
  await child.stop(50);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("restart starts anew without a failure", async () => {
  const dir = await Deno.makeTempDir();
  const { events, next } = recorder();
  const child = new Child(spec(dir, "exec cat"), events);
  child.start();
  const first = await next();
  await child.restart(1000);
  const second = await next();
  assert(second.startsWith("started "));
  assertNotEquals(second, first);
  await child.stop(1000);
  await Deno.remove(dir, { recursive: true });
});
