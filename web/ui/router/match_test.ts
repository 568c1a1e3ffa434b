import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { matchPath } from "./match.ts";

Deno.test("paths match part by part and decode their parameters", () => {
  assertEquals(matchPath("/runs/:id", "/runs/01abc"), { id: "01abc" });
  assertEquals(matchPath("/runs/:id", "/runs/a%2Fb"), { id: "a/b" });
  assertEquals(matchPath("/", "/"), {});
  assertEquals(matchPath("/runs", "/runs/"), {});
});

Deno.test("what does not fit is refused", () => {
  assertEquals(matchPath("/runs/:id", "/runs"), null);
  assertEquals(matchPath("/runs/:id", "/nodes/x"), null);
  assertEquals(matchPath("/runs/:id", "/runs/%E0%A4%A"), null);
  assertEquals(matchPath("/runs/:id", "/runs/a/report"), null);
});
