import { assertEquals } from "@std/assert";
import { serveCentre } from "../centre/testing.ts";
import { NativeClient } from "../native/mod.ts";
import { type Peer, serve } from "../native/testing.ts";
import { forwardEvents } from "./forwarder.ts";
import { EventSpool, type NodeEvent } from "./spool.ts";

const intervention = (id: string) => ({ id, at: "2026-11-23T10:00:00.000Z", scope: "node" });

/** A guard with a record, read two at a time, and a control plane that keeps what it is told. */
async function fixture(record: string[]) {
  const dir = await Deno.makeTempDir();
  const asked: (string | undefined)[] = [];
  const listeners: Peer[] = [];
  const faults: string[] = [];
  const guard = await serve(async ({ id, method, params }, peer) => {
    if (method === "events.subscribe") {
      await peer.send({ v: 1, id, result: { nextSeq: 1 } });
      return listeners.push(peer);
    }
    const message = faults.shift();
    if (message) return await peer.send({ v: 1, id, error: { code: "internal", message } });
    const { afterId } = params as { afterId?: string };
    asked.push(afterId);
    const from = record.indexOf(afterId ?? "") + 1;
    const interventions = record.slice(from, from + 2).map(intervention);
    await peer.send({ v: 1, id, result: { interventions, more: from + 2 < record.length } });
  });
  const told: NodeEvent[] = [];
  const centre = serveCentre(async (request) => {
    told.push(...(await request.json()).events);
    return Response.json({});
  });
  const client = new NativeClient({ name: "guard", path: guard.path });
  /** One life of the node runner, until `ids` have been told. */
  const live = async (ids: string[], meanwhile?: () => Promise<unknown>) => {
    const spool = new EventSpool(`${dir}/events`);
    await spool.open();
    const stop = new AbortController();
    const running = forwardEvents(client, spool, centre.client, stop.signal);
    if (meanwhile) {
      while (listeners.length === 0) await pause();
      await meanwhile();
    }
    const known = () => told.map(({ id }) => id);
    while (!ids.every((id) => known().includes(id)) || spool.size > 0) await pause();
    while (spool.readTo !== record.at(-1)) await pause();
    stop.abort();
    await running;
    listeners.length = 0;
  };
  return {
    ...{ asked, faults, record, told, live },
    tell: (event: string, seq: number, data: unknown) =>
      listeners.at(-1)!.send({ v: 1, event, seq, data }),
    async [Symbol.asyncDispose]() {
      client.close();
      await guard.stop();
      await centre[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

Deno.test("what the guard did while nobody listened is told, and told once", async () => {
  await using at = await fixture(["a", "b", "c"]);
  await at.live(["a", "b", "c"]);
  at.record.push("d", "e");
  await at.live(["d", "e"]);
  assertEquals(at.told.map(({ id }) => id), ["a", "b", "c", "d", "e"]);
  assertEquals(at.told.map(({ kind }) => kind), Array(5).fill("intervention"));
  assertEquals(at.asked, [undefined, "b", "c"]);
});

Deno.test("an intervention that an event told as well is told once", async () => {
  await using at = await fixture(["a"]);
  await at.live(["a", "b"], async () => {
    at.record.push("b");
    await at.tell("intervention", 1, intervention("b"));
  });
  await at.live([]);
  assertEquals(at.told.map(({ id }) => id).sort(), ["a", "b"]);
});

Deno.test("what a gap swallowed is read from the record", async () => {
  await using at = await fixture([]);
  await at.live(["x", "y", "z"], async () => {
    at.record.push("x", "y", "z");
    await at.tell("gap", 3, { missed: 3 });
  });
  const interventions = at.told.filter(({ kind }) => kind === "intervention");
  assertEquals(interventions.map(({ id }) => id), ["x", "y", "z"]);
});

Deno.test("a record that cannot be read now is read later", async () => {
  await using at = await fixture(["a"]);
  at.faults.push("the disk is busy", "the disk is busy");
  await at.live(["a"]);
  assertEquals(at.told.map(({ id }) => id), ["a"]);
});
