import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { ancestors, layOut, parseCollapsed } from "./stacks.ts";

const STACKS = "main;serve;read 6\nmain;serve 2\nmain;log line 2\nnonsense\n;; x\n";

Deno.test("collapsed stacks add up, also with blanks in a name", () => {
  const root = parseCollapsed(STACKS);
  assertEquals(root.total, 10);
  const main = root.children.get("main")!;
  assertEquals([main.total, main.self], [10, 0]);
  assertEquals([main.children.get("serve")!.total, main.children.get("serve")!.self], [8, 2]);
  assertEquals(main.children.get("log line")!.total, 2);
});

Deno.test("boxes are shares of the zoomed frame, callers at full width", () => {
  const root = parseCollapsed(STACKS);
  const serve = root.children.get("main")!.children.get("serve")!;
  assertEquals(
    layOut(root).map((box) => [box.frame.name, box.depth, box.left, box.width]),
    [
      ["all", 0, 0, 1],
      ["main", 1, 0, 1],
      ["serve", 2, 0, 0.8],
      ["read", 3, 0, 0.6],
      ["log line", 2, 0.8, 0.2],
    ],
  );
  assertEquals(
    layOut(serve).map((box) => [box.frame.name, box.depth, box.width]),
    [["all", 0, 1], ["main", 1, 1], ["serve", 2, 1], ["read", 3, 0.75]],
  );
  assertEquals(ancestors(serve).map((frame) => frame.name), ["all", "main"]);
});

Deno.test("an empty profile is one empty box, and slivers are left out", () => {
  assertEquals(layOut(parseCollapsed("")).length, 1);
  const lopsided = parseCollapsed("a 100000\nb 1\n");
  assertEquals(layOut(lopsided).map((box) => box.frame.name), ["all", "a"]);
});

Deno.test("a very deep stack does not overflow", () => {
  const deep = Array.from({ length: 2000 }, (_, index) => `f${index}`).join(";");
  assertEquals(layOut(parseCollapsed(`${deep} 1\n`)).length, 2001);
});
