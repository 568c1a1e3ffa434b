import { assert, assertEquals, assertFalse, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { contentHash, stampMatches, writeStamp } from "./content_hash.ts";

async function withTree(fn: (root: string) => void | Promise<void>) {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(join(root, "src/deep"), { recursive: true });
  await Deno.writeTextFile(join(root, "src/a.ts"), "a");
  await Deno.writeTextFile(join(root, "src/deep/b.ts"), "b");
  try {
    await fn(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a hash follows content and names, not times", () =>
  withTree(async (root) => {
    const hash = () => contentHash({ root, paths: ["src"] });
    const before = hash();
    await Deno.utime(join(root, "src/a.ts"), 0, 0);
    assertEquals(hash(), before);
    await Deno.writeTextFile(join(root, "src/deep/b.ts"), "c");
    assertNotEquals(hash(), before);
    await Deno.writeTextFile(join(root, "src/deep/b.ts"), "b");
    await Deno.rename(join(root, "src/a.ts"), join(root, "src/c.ts"));
    assertNotEquals(hash(), before);
  }));

Deno.test("what is skipped or absent does not count", () =>
  withTree((root) => {
    const skip = (path: string) => path === "src/deep";
    const paths = ["src", "not-there"];
    const before = contentHash({ root, paths, skip });
    Deno.writeTextFileSync(join(root, "src/deep/b.ts"), "changed");
    assertEquals(contentHash({ root, paths, skip }), before);
  }));

Deno.test("a stamp vouches for one hash only, and leaves no temporary file", () =>
  withTree((root) => {
    const stamp = join(root, "out/.stamp");
    assertFalse(stampMatches(stamp, "x"));
    writeStamp(stamp, "x");
    assert(stampMatches(stamp, "x"));
    assertFalse(stampMatches(stamp, "y"));
    assertEquals([...Deno.readDirSync(join(root, "out"))].map((entry) => entry.name), [".stamp"]);
  }));
