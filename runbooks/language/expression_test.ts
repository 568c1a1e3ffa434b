import { assertEquals, assertThrows } from "@std/assert";
import { type ExpressionContext, ExpressionError, LIMITS, parseExpression } from "./expression.ts";

const CONTEXT: ExpressionContext = {
  params: { hz: 99, share: 0.5, scope: "node", list: [1, 2, 3], long: new Array(2_000).fill(1) },
  steps: { detect: { status: "completed", outputs: { level: "warning", bytes: 2 ** 40 } } },
  run: { id: "r", node: "n", dryRun: false },
  state: { success: false, failure: true, cancelled: false },
};

const VALUES: [source: string, value: unknown][] = [
  ['steps.detect.outputs.level != "ok"', true],
  ["params.hz + 1", 100],
  ["params.hz * 2 == 198", true],
  ["params.share + 1", 1.5],
  ["1 + 1", 2],
  ["params.list.map(x, x * 2)", [2, 4, 6]],
  ["params.list.exists(x, x > 2)", true],
  ["size(params.list)", 3],
  ['"a" in ["a", "b"]', true],
  ["has(steps.detect.outputs.gone)", false],
  ["success() || failure()", true],
  ["always() && !cancelled()", true],
  ["run.dryRun ? 1 : 2", 2],
  ['{"level": steps.detect.outputs.level}', { level: "warning" }],
  ["steps.detect.outputs.bytes", 2 ** 40],
  ["string(params.hz) + params.scope", "99node"],
];

for (const [source, value] of VALUES) {
  Deno.test(`${source} is ${JSON.stringify(value)}`, () => {
    assertEquals<unknown>(parseExpression(source).evaluate(CONTEXT), value);
  });
}

const REFUSED: [why: string, source: string][] = [
  ["nothing", "  "],
  ["too long", "1 + ".repeat(600) + "1"],
  ["too deep", "(".repeat(200) + "1" + ")".repeat(200)],
  ["too many parts", new Array(400).fill("1").join("+")],
  ["an unknown name", "secrets.token"],
  ["a root without a name", "size(params) > 0"],
  ["a computed step", "steps[params.scope].status == 'x'"],
  ["a regular expression, which could run for ever", '"a".matches("(a+)+$")'],
  ["a time", 'timestamp("2026-01-01T00:00:00Z") == null'],
  ["a function of its own", "now() > 1"],
  ["three lists in one another", "[1].map(a, [1].map(b, [1].map(c, c)))"],
  ["a huge literal list", `[${new Array(100).fill("1").join(",")}]`],
];

for (const [why, source] of REFUSED) {
  Deno.test(`refuses ${why}`, () => {
    assertThrows(() => parseExpression(source), ExpressionError);
  });
}

Deno.test("what a name on the prototype holds stays out of reach", () => {
  for (const source of ["params.constructor", "params.__proto__", "steps.detect.toString"]) {
    assertThrows(() => parseExpression(source).evaluate(CONTEXT), ExpressionError, "No such key");
  }
});

Deno.test("bounds what an evaluation may cost and yield", () => {
  const nested = parseExpression("params.long.all(x, params.long.all(y, y == x))");
  assertThrows(() => nested.evaluate(CONTEXT), ExpressionError, "longer than 1000");
  const params = { text: "x".repeat(LIMITS.resultChars) };
  const large = parseExpression("params.text + params.text");
  assertThrows(() => large.evaluate({ ...CONTEXT, params }), ExpressionError, "64 KiB");
});

Deno.test("an error names its place", () => {
  const error = assertThrows(() => parseExpression("1 == secrets.x"), ExpressionError);
  assertEquals(error.offset, 5);
});

Deno.test("the CEL library makes no code from text", async () => {
  const folder = new URL(".", import.meta.resolve("@marcbachmann/cel-js"));
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".js")) continue;
    const source = await Deno.readTextFile(new URL(name, folder));
    assertEquals(/new Function\b|\beval\(|Math\.random|Date\.now|new Date\(\)/.test(source), false);
  }
});
