import { assertEquals } from "@std/assert";
import { dirname, join, resolve } from "node:path";
import { violations } from "./check.ts";
import { cycles, importGraph } from "./graph.ts";
import { type Layer, LAYERS } from "./rules.ts";
import { isModule, sourceFiles } from "./source_files.ts";

const ROOT = resolve(import.meta.dirname!, "../..");

Deno.test("no import crosses the layers of ARCHITECTURE.md, and no files import in a circle", async () => {
  const files = (await sourceFiles(ROOT)).filter(isModule);
  const edges = await importGraph(ROOT, files);
  assertEquals(violations(edges, LAYERS), []);
  assertEquals(cycles(edges), []);
});

/** A small tree with these files, and what is wrong with it. */
async function problemsOf(files: Record<string, string>, layers: Layer[]) {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(join(root, "deno.json"), "{}");
    for (const [file, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, file)), { recursive: true });
      await Deno.writeTextFile(join(root, file), text);
    }
    const edges = await importGraph(root, Object.keys(files));
    return { violations: violations(edges, layers), cycles: cycles(edges) };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const TWO: Layer[] = [{ path: "a", may: ["b"] }, { path: "b", may: [], types: ["a"] }];

Deno.test("an allowed edge, an import of types where types are allowed, and itself pass", async () => {
  const found = await problemsOf({
    "a/x.ts": `import { y } from "../b/y.ts"; import "./z.ts"; export type X = typeof y;`,
    "a/z.ts": `export {};`,
    "b/y.ts": `import type { X } from "../a/x.ts"; export const y: X | 1 = 1;`,
  }, TWO);
  assertEquals(found, { violations: [], cycles: [] });
});

Deno.test("a forbidden edge, a built-in, and code where only types are allowed fail", async () => {
  const found = await problemsOf({
    "a/x.ts": `import "node:fs"; export {};`,
    "b/y.ts": `import "../a/x.ts"; await import("node:os");`,
    "c/z.ts": `import "../a/x.ts";`,
  }, TWO);
  assertEquals(found.violations, [
    "a/x.ts imports node:fs: a may not import node:fs",
    "b/y.ts imports a/x.ts: b may import its types only",
    "b/y.ts imports node:os: b may not import node:os",
    "c/z.ts imports a/x.ts: its folder is not in the table of layers",
  ]);
});

Deno.test("tests may use built-ins, and still not cross the layers", async () => {
  const found = await problemsOf({
    "a/x.ts": `export {};`,
    "c/z.ts": `export {};`,
    "a/x_test.ts": `import "node:fs"; import "./x.ts"; import "../c/z.ts";`,
  }, [{ path: "a", may: [] }, { path: "c", may: [] }]);
  assertEquals(found.violations, ["a/x_test.ts imports c/z.ts: a may not import c"]);
});

Deno.test("a file's own rule counts before its folder's", async () => {
  const found = await problemsOf({
    "a/x.ts": `import "node:fs";`,
    "a/main.ts": `import "node:fs"; import "./x.ts";`,
  }, [{ path: "a", may: [] }, { path: "a/main.ts", may: ["a", "node:*"] }]);
  assertEquals(found.violations, ["a/x.ts imports node:fs: a may not import node:fs"]);
});

Deno.test("a circle of files is found once, with the files on it", async () => {
  const found = await problemsOf({
    "a/x.ts": `import "./y.ts"; export const x = 1;`,
    "a/y.ts": `import "./z.ts"; export const y = 1;`,
    "a/z.ts": `import { x } from "./x.ts"; export const z = x;`,
  }, TWO);
  assertEquals(found.violations, []);
  assertEquals(found.cycles, [["a/x.ts", "a/y.ts", "a/z.ts"]]);
});
