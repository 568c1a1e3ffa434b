import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { ArtifactDirectory, UploadError } from "./directory.ts";

const CONTENT = new TextEncoder().encode("panorama ".repeat(1000));
const HASH = createHash("sha256").update(CONTENT).digest("hex");

async function withDirectory(test: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "pitcrew-artifacts-" });
  try {
    await test(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("an upload goes on where it was cut off, also after a restart", () =>
  withDirectory(async (root) => {
    const size = CONTENT.length;
    const first = await ArtifactDirectory.open(root);
    const begun = await first.append(HASH, { offset: 0, size, bytes: CONTENT.slice(0, 4000) });
    assertEquals(begun, { offset: 4000, complete: false });
    assertEquals(await first.read(HASH), null);

    const second = await ArtifactDirectory.open(root);
    assertEquals(await second.state(HASH), { offset: 4000, complete: false });
    const done = await second.append(HASH, { offset: 4000, size, bytes: CONTENT.slice(4000) });
    assertEquals(done, { offset: size, complete: true });
    const kept = await second.read(HASH);
    assertEquals(new Uint8Array(await new Response(kept!.stream).arrayBuffer()), CONTENT);
  }));

Deno.test("content that hashes to something else is dropped", () =>
  withDirectory(async (root) => {
    const directory = await ArtifactDirectory.open(root);
    const bytes = new Uint8Array(10);
    const error = await assertRejects(
      () => directory.append(HASH, { offset: 0, size: 10, bytes }),
      UploadError,
    );
    assertEquals(error.reason, "hash");
    assertEquals(await directory.state(HASH), { offset: 0, complete: false });
  }));

Deno.test("a chunk out of place or beyond the size is refused and changes nothing", () =>
  withDirectory(async (root) => {
    const directory = await ArtifactDirectory.open(root);
    const bytes = CONTENT.slice(0, 10);
    await directory.append(HASH, { offset: 0, size: 100, bytes });
    await assertRejects(() => directory.append(HASH, { offset: 5, size: 100, bytes }), UploadError);
    await assertRejects(() => directory.append(HASH, { offset: 10, size: 15, bytes }), UploadError);
    assertEquals((await directory.state(HASH)).offset, 10);
  }));

Deno.test("the same chunk from two senders is kept once", () =>
  withDirectory(async (root) => {
    const directory = await ArtifactDirectory.open(root);
    const chunk = { offset: 0, size: CONTENT.length, bytes: CONTENT };
    const states = await Promise.all([1, 2, 3].map(() => directory.append(HASH, chunk)));
    assertEquals(states.every((state) => state.complete), true);
    assertEquals(await directory.put(CONTENT), HASH);
  }));

Deno.test("nothing is content too: complete once it was sent, not before", () =>
  withDirectory(async (root) => {
    const directory = await ArtifactDirectory.open(root);
    const empty = createHash("sha256").digest("hex");
    const bytes = new Uint8Array();
    assertEquals(await directory.state(empty), { offset: 0, complete: false });
    await assertRejects(() => directory.append(HASH, { offset: 0, size: 0, bytes }), UploadError);
    const done = { offset: 0, complete: true };
    assertEquals(await directory.append(empty, { offset: 0, size: 0, bytes }), done);
    assertEquals(await directory.append(empty, { offset: 0, size: 0, bytes }), done);
    const kept = await directory.read(empty);
    assertEquals(kept!.bytes, 0);
    assertEquals(await new Response(kept!.stream).text(), "");
  }));

Deno.test("a name that is no hash never becomes a path", () =>
  withDirectory(async (root) => {
    const directory = await ArtifactDirectory.open(root);
    for (const name of ["../../etc/passwd", "", HASH.toUpperCase(), `${HASH}/x`]) {
      await assertRejects(() => directory.state(name), RangeError);
    }
  }));
