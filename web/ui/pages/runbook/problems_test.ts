import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { errorsByField } from "./problems.ts";

Deno.test("a refusal finds its field", () => {
  const names = ["scope", "seconds", "node"];
  assertEquals(
    errorsByField({
      code: "invalid_argument",
      fields: [{ path: "params.scope", message: "no such cgroup" }, { path: "x", message: "y" }],
    }, names),
    { scope: "no such cgroup" },
  );
  assertEquals(
    errorsByField({ code: "invalid_argument", detail: 'Parameter "seconds" is too large' }, names),
    { seconds: 'Parameter "seconds" is too large' },
  );
  assertEquals(errorsByField({ code: "conflict", detail: 'about "scope"' }, names), {});
});
