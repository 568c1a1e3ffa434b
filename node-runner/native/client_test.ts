import assert from "node:assert/strict";
import { NativeClient } from "./client.ts";
import { NativeError } from "./errors.ts";
import { encodeFrame } from "./frame.ts";
import { type Peer, serve } from "./testing.ts";

/** Fails with the code that a caller would see. */
async function assertCode(code: string, call: Promise<unknown>): Promise<NativeError> {
  const error = await call.then(() => assert.fail("it did not fail"), (error) => error);
  assert(error instanceof NativeError, error);
  assert.equal(error.code, code, error.message);
  return error;
}

/** A promise that fails the test instead of hanging it. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("hung for 20 s")), 20_000);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

Deno.test("many calls in flight get their own answers, in any order", async () => {
  const waiting: (() => void)[] = [];
  await using server = await serve((message, peer) => {
    waiting.push(() => peer.send({ v: 1, id: message.id, result: message.params }));
    if (waiting.length === 50) waiting.reverse().forEach((answer) => answer());
  });
  using client = open(server.path);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => client.call<{ n: number }>("echo", { n })),
  );
  assert.deepEqual(answers.map((answer) => answer.n), Array.from({ length: 50 }, (_, n) => n));
});

Deno.test("an error of the peer arrives with code, message and hint", async () => {
  await using server = await serve((message, peer) =>
    peer.send({
      v: 1,
      id: message.id,
      error: { code: "refused", message: "observing", hint: "pass --enforce" },
    })
  );
  using client = open(server.path);
  const error = await assertCode("refused", client.call("order", {}));
  assert.deepEqual([error.message, error.hint], ["observing", "pass --enforce"]);
});

Deno.test("a deadline ends the call, tells the peer, and leaves the connection usable", async () => {
  await using server = await serve((message, peer) => {
    if (message.method === "fast") peer.send({ v: 1, id: message.id, result: "here" });
  });
  using client = open(server.path);
  await assertCode("deadline_exceeded", client.call("slow", {}, { deadlineMs: 50 }));
  assert.deepEqual(await client.call("fast", {}), "here");
  const [slow, cancel] = server.received;
  assert(slow!.deadlineMs! <= 50);
  assert.deepEqual(cancel!.cancel, slow!.id);
});

Deno.test("aborting sends a Cancel and a late answer does no harm", async () => {
  let late: () => void = () => {};
  await using server = await serve((message, peer) => {
    if (message.method === "slow") {
      late = () => peer.send({ v: 1, id: message.id, result: "late" });
    } else if (message.method === "fast") {
      late();
      peer.send({ v: 1, id: message.id, result: "here" });
    }
  });
  using client = open(server.path);
  const abort = new AbortController();
  const call = client.call("slow", {}, { signal: abort.signal });
  const other = client.call("never", {}, { deadlineMs: 20 }).catch(() => {});
  await other;
  abort.abort();
  await assertCode("cancelled", call);
  assert.deepEqual(await client.call("fast", {}), "here");
  assert(server.received.some((message) => message.cancel === server.received[0]!.id));
});

Deno.test("with a grace the peer's own answer to a cancel is heard", async () => {
  let id = 0;
  const abort = new AbortController();
  await using server = await serve((message, peer) => {
    if (message.cancel === undefined) {
      id = message.id;
      abort.abort();
    } else {
      peer.send({ v: 1, id, result: { status: "cancelled", kills: [1] } });
    }
  });
  using client = open(server.path);
  const outcome = await client.call("order", {}, { signal: abort.signal, cancelGraceMs: 10_000 });
  assert.deepEqual(outcome, { status: "cancelled", kills: [1] });
});

Deno.test("a server that dies in the middle of a call fails it and is found again", async () => {
  const first = await serve((_, peer) => peer.close());
  using client = open(first.path);
  await assertCode("unavailable", soon(client.call("status", {})));
  await first.stop();
  const again = client.call("status", {}, { deadlineMs: 20_000 });
  await using _second = await serve(
    (message, peer) => peer.send({ v: 1, id: message.id, result: "back" }),
    first.path,
  );
  assert.deepEqual(await soon(again), "back");
  await first[Symbol.asyncDispose]();
});

Deno.test("an absent process is named, with its socket", async () => {
  using client = new NativeClient({ name: "guard", path: "/nonexistent/g.sock", connectMs: 100 });
  const error = await assertCode("unavailable", client.call("status", {}));
  assert.deepEqual(error.message, "cannot reach the guard: its socket does not exist");
});

Deno.test("a peer that does not read is given up at the deadline, not waited for", async () => {
  const dir = await Deno.makeTempDir();
  const listener = Deno.listen({ transport: "unix", path: `${dir}/deaf.sock` });
  {
    using client = open(`${dir}/deaf.sock`);
    const calls = Array.from(
      { length: 8 },
      () => client.call("x", { text: "x".repeat(200_000) }, { deadlineMs: 100 }),
    );
    for (const result of await soon(Promise.allSettled(calls))) {
      assert.deepEqual(result.status, "rejected");
    }
  }
  listener.close();
  await Deno.remove(dir, { recursive: true });
});

const utf8 = (text: string) => new TextEncoder().encode(text);
const GARBAGE: Record<string, Uint8Array | unknown> = {
  "an oversize header": new Uint8Array([0xff, 0xff, 0xff, 0xff]),
  "an empty frame": new Uint8Array([0, 0, 0, 0]),
  "an HTTP answer": utf8("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "half a frame": encodeFrame({ v: 1, id: 1, result: 1 }).subarray(0, 9),
  "another version": { v: 2, id: 1, result: 1 },
  "an answer nobody asked for": { v: 1, id: 99, result: 1 },
  "result and error": { v: 1, id: 1, result: 1, error: { code: "busy", message: "" } },
  "neither result nor error": { v: 1, id: 1 },
  "a list": [],
  "a number": 7,
  "no id": { v: 1 },
};

for (const [what, garbage] of Object.entries(GARBAGE)) {
  Deno.test(`${what} ends the connection with an error, and the next call works`, async () => {
    let bad = true;
    await using server = await serve(async (message, peer) => {
      if (!bad) return peer.send({ v: 1, id: message.id, result: "fine" });
      bad = false;
      if (garbage instanceof Uint8Array) await peer.sendBytes(garbage);
      else await peer.send(garbage);
      if (what === "half a frame") peer.close();
    });
    using client = open(server.path);
    await assertCode("unavailable", soon(client.call("status", {}, { deadlineMs: 15_000 })));
    assert.deepEqual(await soon(client.call("status", {})), "fine");
  });
}

Deno.test("500 random streams never hang or crash the client", async () => {
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647);
  await using server = await serve(async (_, peer) => {
    const bytes = Uint8Array.from({ length: random() % 200 }, () => random() & 0xff);
    // Half of them begin with a plausible length.
    if (random() % 2) bytes.fill(0, 0, 3);
    await peer.sendBytes(bytes);
    peer.close();
  });
  using client = open(server.path);
  for (let n = 0; n < 500; n++) {
    await assertCode("unavailable", soon(client.call("status", {}, { deadlineMs: 15_000 })));
  }
});

Deno.test("events go on after the process restarted", async () => {
  const subscribe = async (message: { id: number }, peer: Peer, from: number) => {
    await peer.send({ v: 1, id: message.id, result: {} });
    for (let seq = from; seq < from + 3; seq++) {
      await peer.send({ v: 1, event: "level", seq, data: { seq } });
    }
  };
  const first = await serve(async (message, peer) => {
    await subscribe(message, peer, 1);
    peer.close();
  });
  using client = open(first.path);
  const stop = new AbortController();
  const seen: string[] = [];
  let second: Awaited<ReturnType<typeof serve>> | undefined;
  for await (const { event, seq } of client.events(stop.signal)) {
    seen.push(event === "level" ? `${seq}` : event);
    if (seq === 3) {
      await first.stop();
      second = await serve((message, peer) => subscribe(message, peer, 4), first.path);
    }
    if (seq === 6) stop.abort();
  }
  assert.deepEqual(seen, ["connected", "1", "2", "3", "connected", "4", "5", "6"]);
  await second?.stop();
  await first[Symbol.asyncDispose]();
});

function open(path: string): NativeClient {
  return new NativeClient({ name: "guard", path });
}
