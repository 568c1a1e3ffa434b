import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { serveCentre } from "../centre/testing.ts";
import { ArtifactSpool, SpoolFullError } from "./spool.ts";
import { Uploader } from "./uploader.ts";

const META = {
  kind: "panorama",
  mediaType: "application/json",
  name: "panorama.json",
  capturedAt: "2026-11-23T10:00:00.000Z",
  runId: "01run",
};

const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A store of artifacts as the control plane keeps it: append at the offset, check at the end. */
function store() {
  const held = new Map<string, Uint8Array<ArrayBuffer>>();
  const requests: string[] = [];
  const handle = async (request: Request) => {
    const url = new URL(request.url);
    const hash = url.pathname.split("/").at(-1)!;
    requests.push(`${request.method} ${url.searchParams.get("offset") ?? ""}`.trim());
    const have = held.get(hash) ?? new Uint8Array();
    const state = (bytes: Uint8Array) =>
      Response.json({ offset: bytes.length, complete: held.has(hash) && sha(bytes) === hash });
    if (request.method === "GET") return state(have);
    const chunk = await request.bytes();
    if (Number(url.searchParams.get("offset")) !== have.length) return state(have);
    const next = new Uint8Array([...have, ...chunk]);
    held.set(hash, next);
    return state(next);
  };
  return { held, requests, handle };
}

async function fixture() {
  const dir = await Deno.makeTempDir();
  const spool = new ArtifactSpool(`${dir}/spool`);
  await spool.open();
  const stop = new AbortController();
  return {
    dir,
    spool,
    stop,
    async file(size: number, name = "out.json") {
      const bytes = new Uint8Array(size).map((_, n) => (n * 31) & 0xff);
      await Deno.writeFile(`${dir}/${name}`, bytes);
      return { path: `${dir}/${name}`, bytes };
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("an artifact arrives whole, in chunks, and leaves the spool", async () => {
  await using at = await fixture();
  const { held, requests, handle } = store();
  await using centre = serveCentre(handle);
  const uploader = new Uploader(at.spool, centre.client);
  const running = uploader.run(at.stop.signal);
  const { path, bytes } = await at.file(5 * 1024 * 1024);
  const ref = await uploader.publish(path, META, { waitMs: 30_000 });
  assertEquals(ref.sha256, sha(bytes));
  assertEquals(ref.bytes, bytes.length);
  assertEquals(held.get(ref.sha256)?.length, bytes.length);
  assertEquals(requests, ["GET", "PUT 0", `PUT ${4 * 1024 * 1024}`]);
  assertEquals(await at.spool.pending(), []);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  at.stop.abort();
  await running;
});

Deno.test("an empty artifact arrives too", async () => {
  await using at = await fixture();
  const { held, requests, handle } = store();
  await using centre = serveCentre(handle);
  const uploader = new Uploader(at.spool, centre.client);
  const running = uploader.run(at.stop.signal);
  const { path } = await at.file(0, "cpu.collapsed");
  const ref = await uploader.publish(path, META, { waitMs: 30_000 });
  assertEquals([ref.bytes, held.get(ref.sha256)?.length], [0, 0]);
  assertEquals(requests, ["GET", "PUT 0"]);
  assertEquals(await at.spool.pending(), []);
  at.stop.abort();
  await running;
});

Deno.test("an upload goes on where the control plane's death left it", async () => {
  await using at = await fixture();
  const { held, requests, handle } = store();
  let answers = 0;
  await using centre = serveCentre((request) =>
    ++answers === 3 ? new Response("dying", { status: 503 }) : handle(request)
  );
  const uploader = new Uploader(at.spool, centre.client);
  const running = uploader.run(at.stop.signal);
  const { path } = await at.file(5 * 1024 * 1024);
  const ref = await uploader.publish(path, META, { waitMs: 30_000 });
  assertEquals(sha(held.get(ref.sha256)!), ref.sha256);
  assertEquals(requests.filter((request) => request === "PUT 0").length, 1, "no byte twice");
  at.stop.abort();
  await running;
});

Deno.test("what a killed process left in the spool is delivered by the next one", async () => {
  await using at = await fixture();
  const { path } = await at.file(1000);
  const ref = await at.spool.add(path, META);
  await Deno.writeTextFile(`${at.dir}/spool/${"0".repeat(64)}.bin`, "half done");
  const spool = new ArtifactSpool(`${at.dir}/spool`);
  await spool.open();
  await assertRejects(() => Deno.stat(spool.contentPath("0".repeat(64))), Deno.errors.NotFound);
  const { held, handle } = store();
  await using centre = serveCentre(handle);
  const running = new Uploader(spool, centre.client).run(at.stop.signal);
  while (!held.has(ref.sha256)) await new Promise((resolve) => setTimeout(resolve, 10));
  at.stop.abort();
  await running;
});

Deno.test("an absent control plane costs the wait, not the artifact", async () => {
  await using at = await fixture();
  await using centre = serveCentre(() => new Response("", { status: 503 }));
  const uploader = new Uploader(at.spool, centre.client);
  const running = uploader.run(at.stop.signal);
  const { path } = await at.file(100);
  const ref = await uploader.publish(path, META, { waitMs: 50 });
  assertEquals((await at.spool.pending()).map((entry) => entry.ref), [ref]);
  at.stop.abort();
  await running;
});

Deno.test("a refused artifact does not block those behind it", async () => {
  await using at = await fixture();
  const { held, handle } = store();
  const first = await at.spool.add((await at.file(10, "first")).path, META);
  const second = await at.spool.add((await at.file(20, "second")).path, META);
  await using centre = serveCentre((request) =>
    request.url.includes(first.sha256)
      ? Response.json({ detail: "quota" }, { status: 413 })
      : handle(request)
  );
  const running = new Uploader(at.spool, centre.client).run(at.stop.signal);
  while ((await at.spool.pending()).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert(held.has(second.sha256));
  at.stop.abort();
  await running;
});

Deno.test("a full spool refuses more, by name", async () => {
  await using at = await fixture();
  const spool = new ArtifactSpool(`${at.dir}/spool`, 1_000);
  await spool.add((await at.file(900, "fits")).path, META);
  const { path } = await at.file(200, "does-not");
  await assertRejects(() => spool.add(path, META), SpoolFullError, "900 bytes wait");
});
