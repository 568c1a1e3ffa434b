import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { until } from "../harness/until.ts";
import { runProgram } from "../../web/launch/testing/program.ts";
import {
  COMMANDS,
  isGone,
  launch,
  nothingLeft,
  processesAbout,
  readState,
  withDataDir,
} from "./launched.ts";

/** Paths of all files, folders and sockets below. */
function* everythingIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    yield `${folder}/${name}`;
    if (isDirectory) yield* everythingIn(`${folder}/${name}`);
  }
}

const PROCESSES = ["temporal", "controlPlane", "nodeRunner", "collector", "guard"];

Deno.test("an installation runs, refuses a second start, heals, and leaves nothing behind", (t) =>
  withDataDir(async (dataDir) => {
    const started = await launch(COMMANDS.deno, dataDir);
    const state = readState(dataDir);

    await t.step("it says ready once, with an address that answers", async () => {
      assertEquals(started.stdout.filter((line) => line.startsWith("ready")), [
        `ready ${state.url}`,
      ]);
      const response = await fetch(`${state.url}/healthz`);
      assertEquals(response.status, 200);
      await response.body?.cancel();
    });

    await t.step("it prints a sign-in link that is not on standard output", async () => {
      await until("the link", () => started.stderr.some((line) => line.startsWith("sign in: ")));
      assert(!started.stdout.join("\n").includes("signin"));
    });

    await t.step("its data is private", () => {
      assertEquals(Deno.statSync(dataDir).mode! & 0o777, 0o700);
      const all = [...everythingIn(dataDir)];
      for (const file of ["state.json", "tokens/admin", "temporal/temporal.db"]) {
        assert(all.includes(`${dataDir}/${file}`), file);
      }
      for (const path of all) assertEquals(Deno.lstatSync(path).mode! & 0o077, 0, path);
    });

    await t.step("every process runs in a session of its own and none is a shell", () => {
      assertEquals(Object.keys(state.pids).sort(), [...PROCESSES].sort());
      for (const [name, pid] of Object.entries(state.pids)) {
        const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
        const [, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        assertEquals(Number(session), pid, name);
        assert(!/\((ba|da)?sh\)/.test(stat), name);
      }
    });

    await t.step("a second start names the pid and the address", async () => {
      const { code, stdout, stderr } = await runProgram("main.ts", [
        ...["--data-dir", dataDir, "--port", "0"],
      ]);
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, `pid ${state.supervisorPid} at ${state.url}`);
      assertMatch(stderr, /→ use that one, stop it with: kill \d+/);
    });

    for (const name of PROCESSES) {
      await t.step(`after kill -9 of ${name} it is started again with a new pid`, async () => {
        const before = readState(dataDir).pids[name]!;
        Deno.kill(before, "SIGKILL");
        await until(`a new ${name}`, () => {
          const now = readState(dataDir).pids[name];
          return now !== undefined && now !== before && !isGone(now);
        }, { timeoutMs: 20_000 });
        assertNotEquals(readState(dataDir).pids[name], before);
      });
    }

    await t.step("TERM ends everything within ten seconds, with exit code 0", async () => {
      const at = performance.now();
      Deno.kill(started.pid, "SIGTERM");
      const { code } = await started.status;
      assertEquals(code, 0);
      assert(performance.now() - at < 10_000, `${performance.now() - at} ms`);
      assertEquals(processesAbout(dataDir), []);
      assertEquals(readState(dataDir).pids, {});
    });
  }));

Deno.test("TERM to npx alone ends everything", () =>
  withDataDir(async (dataDir) => {
    const started = await launch(COMMANDS.npx, dataDir);
    Deno.kill(started.pid, "SIGTERM");
    await nothingLeft(dataDir, 12_000);
    await started.status;
  }));

Deno.test("kill -9 of the supervisor leaves nothing, and the next start takes over", () =>
  withDataDir(async (dataDir) => {
    const first = await launch(COMMANDS.deno, dataDir);
    const { supervisorPid } = readState(dataDir);
    Deno.kill(supervisorPid, "SIGKILL");
    await nothingLeft(dataDir, 15_000);
    await first.status;

    const again = await launch(COMMANDS.deno, dataDir);
    assertNotEquals(readState(dataDir).supervisorPid, supervisorPid);
    Deno.kill(again.pid, "SIGINT");
    assertEquals((await again.status).code, 0);
    assertEquals(processesAbout(dataDir), []);
  }));
