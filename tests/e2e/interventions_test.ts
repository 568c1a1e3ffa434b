/**
 * What a real guard did on its own, told by a node runner that was not there.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CatchUp } from "../../node-runner/events/catch_up.ts";
import { EventSpool } from "../../node-runner/events/mod.ts";
import { NativeClient } from "../../node-runner/native/mod.ts";
import { NATIVE_BIN } from "../../web/launch/paths.ts";
import { until } from "../harness/until.ts";

/** With this every machine is critical; the guard only observes, so nobody is signalled. */
const ALARMED = `version: 1
sensitivity:
  warning: 100%
  urgent: 100%
  critical: 100%
  pressure: 0%
  sustained: 0ms
  cooldown: 10m
`;

/** A guard that observes; disposing kills it. */
function guard(dir: string, policy: string) {
  Deno.writeTextFileSync(join(dir, "policy.yaml"), policy);
  const process = new Deno.Command(join(NATIVE_BIN, "pitcrew-guard"), {
    args: [
      ...["run", "--observe", "--scope", "node", "--policy", join(dir, "policy.yaml")],
      ...["--journal", join(dir, "journal"), "--socket", join(dir, "guard.sock")],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch {
        // It ended by itself; the test says what is missing then.
      }
      await process.status;
    },
  };
}

Deno.test("interventions of a guard that has died since are told from its record, once", async () => {
  const dir = await Deno.makeTempDir({ prefix: "pitcrew-guard-" });
  const client = new NativeClient({ name: "guard", path: join(dir, "guard.sock") });
  const recorded = async () => {
    const page = await client.call<{ interventions: { id: string }[] }>("interventions.list", {});
    return page.interventions.map(({ id }) => id);
  };
  const ids = new Set<string>();
  for (const _ of [1, 2]) {
    await using _guard = guard(dir, ALARMED);
    const known = ids.size;
    await until("the reflex acts", async () => {
      for (const id of await recorded()) ids.add(id);
      return ids.size > known;
    });
  }

  await using _guard = guard(dir, "version: 1\n");
  for (const expected of [[...ids], []]) {
    const spool = new EventSpool(join(dir, "spool"));
    await spool.open();
    const stop = new AbortController();
    const catchUp = new CatchUp(client, spool);
    const running = catchUp.run(stop.signal);
    catchUp.wake();
    await until("the record is read", () => spool.readTo === [...ids].at(-1));
    stop.abort();
    await running;
    const { events, done } = await spool.take({ events: 100, bytes: 1e9 });
    assertEquals(events.map(({ id }) => id), expected);
    await done();
  }
  client.close();
  await Deno.remove(dir, { recursive: true });
});
