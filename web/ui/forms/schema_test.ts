import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { fieldsOf, initialText, rangeHint, readForm } from "./schema.ts";

const PARAMETERS = {
  type: "object",
  required: ["scope", "seconds"],
  properties: {
    scope: { type: "string", pattern: "^(node|cgroup:/.+)$", title: "Scope" },
    seconds: { type: "integer", minimum: 1, maximum: 120, default: 5 },
    level: { enum: ["warning", "urgent"] },
    deep: { type: "boolean", default: false },
    labels: { type: "object" },
  },
};
const fields = fieldsOf(PARAMETERS);

Deno.test("every property becomes a field with a fitting control", () => {
  assertEquals(fields.map((field) => [field.label, field.control, field.required]), [
    ["Scope", "text", true],
    ["seconds", "integer", false],
    ["level", "choice", false],
    ["deep", "boolean", false],
    ["labels", "json", false],
  ]);
  assertEquals(fieldsOf({}), []);
  assertEquals(rangeHint(fields[1]!.schema), "1 to 120 · default 5");
});

Deno.test("given values stand before defaults, and names of the prototype are no values", () => {
  assertEquals(initialText(fields, { scope: "node" }), {
    scope: "node",
    seconds: "5",
    level: "",
    deep: "false",
    labels: "",
  });
  const odd = fieldsOf({ properties: { constructor: { type: "string" } } });
  assertEquals(initialText(odd, {}), { constructor: "" });
});

Deno.test("a form reads typed values and leaves out what is empty", () => {
  assertEquals(
    readForm(fields, { scope: "cgroup:/a", seconds: "7", deep: "true", labels: '{"a":1}' }),
    { values: { scope: "cgroup:/a", seconds: 7, deep: true, labels: { a: 1 } }, errors: {} },
  );
});

Deno.test("each error stands at its field", () => {
  const { values, errors } = readForm(fields, {
    scope: "elsewhere",
    seconds: "1.5",
    level: "mild",
    labels: "{",
  });
  assertEquals(values, {});
  assertEquals(Object.keys(errors), ["scope", "seconds", "level", "labels"]);
  assertEquals(errors.seconds, "This must be a whole number");
  assertEquals(readForm(fields, { seconds: "500" }).errors, {
    scope: "This is needed",
    seconds: "At most 120",
  });
});
