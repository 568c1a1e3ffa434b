import { assertEquals } from "@std/assert";
import { serveCentre } from "../centre/testing.ts";
import { NativeClient } from "../native/mod.ts";
import { serve } from "../native/testing.ts";
import { forwardEvents, toNodeEvent } from "./forwarder.ts";
import { EventSpool, type NodeEvent } from "./spool.ts";

const intervention = (id: string): NodeEvent => ({
  kind: "intervention",
  id,
  at: "2026-11-23T10:00:00.000Z",
  data: { id },
});
const level = (id: string): NodeEvent => ({ ...intervention(id), kind: "level" });

const NOTHING = { interventions: [], more: false };

async function temporary() {
  const dir = await Deno.makeTempDir();
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

Deno.test("events wait on disk while the control plane is away, and arrive in order", async () => {
  await using at = await temporary();
  await using guard = await serve(async (message, peer) => {
    if (message.method === "interventions.list") {
      return await peer.send({ v: 1, id: message.id, result: NOTHING });
    }
    await peer.send({ v: 1, id: message.id, result: {} });
    const data = (level: string) => ({ level, at: "2026-11-23T10:00:00.000Z" });
    await peer.send({ v: 1, event: "level", seq: 1, data: data("warning") });
    await peer.send({ v: 1, event: "level", seq: 2, data: data("warning") });
    await peer.send({ v: 1, event: "intervention", seq: 3, data: { id: "i-1", at: "x" } });
    await peer.send({ v: 1, event: "surprise", seq: 4, data: {} });
    await peer.send({ v: 1, event: "gap", seq: 5, data: { missed: 2 } });
  });
  let away = true;
  const got: NodeEvent[] = [];
  const all = Promise.withResolvers<void>();
  await using centre = serveCentre(async (request) => {
    const { events } = await request.json();
    if (away) {
      away = false;
      return new Response("", { status: 503 });
    }
    got.push(...events);
    if (got.length >= 3) all.resolve();
    return Response.json({});
  });
  using client = new NativeClient({ name: "guard", path: guard.path });
  const spool = new EventSpool(`${at.dir}/events`);
  await spool.open();
  const stop = new AbortController();
  const running = forwardEvents(client, spool, centre.client, stop.signal);
  await all.promise;
  while (spool.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  await running;
  assertEquals(got.map((event) => event.kind), ["level", "intervention", "gap"]);
  assertEquals(got[1]!.id, "i-1");
  assertEquals([...Deno.readDirSync(`${at.dir}/events`)].map(({ name }) => name), []);
});

Deno.test("a killed process leaves its events to the next one", async () => {
  await using at = await temporary();
  const first = new EventSpool(at.dir);
  await first.open();
  await first.add(intervention("a"));
  await first.add(intervention("b"));
  const second = new EventSpool(at.dir);
  await second.open();
  await second.add(intervention("c"));
  const { events } = await second.take({ events: 10, bytes: 1e6 });
  assertEquals(events.map((event) => event.id), ["a", "b", "c"]);
});

Deno.test("a full spool drops level changes before interventions", async () => {
  await using at = await temporary();
  const spool = new EventSpool(at.dir, 3);
  await spool.open();
  for (const event of [intervention("a"), level("1"), level("2"), level("3"), intervention("b")]) {
    await spool.add(event);
  }
  const { events } = await spool.take({ events: 10, bytes: 1e6 });
  assertEquals(events.map((event) => event.id), ["a", "3", "b"]);
});

Deno.test("a request holds what the control plane takes, one event at least", async () => {
  await using at = await temporary();
  const spool = new EventSpool(at.dir);
  await spool.open();
  for (const id of ["a", "b", "c"]) await spool.add(intervention(id));
  assertEquals((await spool.take({ events: 2, bytes: 1e6 })).events.length, 2);
  assertEquals((await spool.take({ events: 9, bytes: 1 })).events.length, 1);
});

Deno.test("an event that nobody can read takes no other with it, and a spent quota none", async () => {
  await using at = await temporary();
  await using guard = await serve(async (message, peer) => {
    await peer.send({ v: 1, id: message.id, result: NOTHING });
  });
  let spent = true;
  let refusals = 0;
  const got: string[] = [];
  await using centre = serveCentre(async (request) => {
    const { events } = await request.json() as { events: NodeEvent[] };
    if (events.some(({ id }) => id === "odd")) return new Response("", { status: 400 });
    if (spent) {
      spent = ++refusals < 3;
      return new Response("", { status: 429 });
    }
    got.push(...events.map(({ id }) => id));
    return Response.json({});
  });
  using client = new NativeClient({ name: "guard", path: guard.path });
  const spool = new EventSpool(at.dir);
  await spool.open();
  for (const id of ["a", "odd", "b", "c"]) await spool.add(intervention(id));
  const stop = new AbortController();
  const running = forwardEvents(client, spool, centre.client, stop.signal);
  while (spool.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  await running;
  assertEquals([got, refusals], [["a", "b", "c"], 3]);
});

Deno.test("of a large plan the chosen victims are passed on first", () => {
  const victims = Array.from({ length: 500 }, (_, pid) => ({ pid, chosen: pid === 499 }));
  const event = toNodeEvent({
    event: "intervention",
    seq: 1,
    data: { id: "i", at: "2026-11-23T10:00:00.000Z", plan: { victims, protected: victims } },
  });
  const { plan } = event!.data as { plan: { victims: { pid: number }[]; protected: unknown[] } };
  assertEquals(plan.victims[0]!.pid, 499);
  assertEquals([plan.victims.length, plan.protected.length], [64, 64]);
});

Deno.test("what the guard said while the connection was lost is told as a gap", async () => {
  await using at = await temporary();
  let connects = 0;
  await using guard = await serve(async (message, peer) => {
    if (message.method === "interventions.list") {
      return await peer.send({ v: 1, id: message.id, result: NOTHING });
    }
    const second = ++connects === 2;
    await peer.send({ v: 1, id: message.id, result: { nextSeq: second ? 5 : 1 } });
    const data = { id: second ? "late" : "early", at: "2026-11-23T10:00:00.000Z" };
    await peer.send({ v: 1, event: "intervention", seq: second ? 5 : 1, data });
    if (!second) peer.close();
  });
  const got: NodeEvent[] = [];
  const all = Promise.withResolvers<void>();
  await using centre = serveCentre(async (request) => {
    got.push(...(await request.json()).events);
    if (got.some((event) => event.id === "late")) all.resolve();
    return Response.json({});
  });
  using client = new NativeClient({ name: "guard", path: guard.path });
  const spool = new EventSpool(at.dir);
  await spool.open();
  const stop = new AbortController();
  const running = forwardEvents(client, spool, centre.client, stop.signal);
  await all.promise;
  stop.abort();
  await running;
  assertEquals(got.map(({ kind }) => kind), ["intervention", "gap", "intervention"]);
  assertEquals(got[1]!.data, { missed: 3 });
});
