import { assertEquals } from "@std/assert";
import { formatDuration, parseDuration } from "./duration.ts";
import type { ExpressionContext } from "./expression.ts";
import type { Json } from "./plan.ts";
import { patternProblem } from "./pattern.ts";
import { resolveTemplate } from "./template.ts";

const CONTEXT: ExpressionContext = {
  params: { n: 5, text: "${{ 1 + 1 }}", map: { a: [1] } },
  steps: {},
  run: { id: "r", node: "n", dryRun: true },
  state: { success: true, failure: false, cancelled: false },
};

const CASES: [template: Json, value: Json][] = [
  ["plain", "plain"],
  ["${{ params.n }}", 5],
  ["${{ params.n }} s", "5 s"],
  ["a${{ run.node }}b${{ run.dryRun }}", "anbtrue"],
  ["${{ params.map }}", { a: [1] }],
  ["is ${{ params.map }}", 'is {"a":[1]}'],
  ["${{ '}}' + run.node }}", "}}n"],
  ["${{ {'a': {'b': 1}} }}", { a: { b: 1 } }],
  [["${{ params.n }}", 1], [5, 1]],
  // A value is never read again as a template.
  ["${{ params.text }}", "${{ 1 + 1 }}"],
];

for (const [template, value] of CASES) {
  Deno.test(`${JSON.stringify(template)} becomes ${JSON.stringify(value)}`, () => {
    assertEquals(resolveTemplate(template, CONTEXT), value);
  });
}

Deno.test("durations", () => {
  const texts = ["500ms", "2s", "1.5s", "5m", "1h", "168h"];
  assertEquals(texts.map(parseDuration), [500, 2_000, 1_500, 300_000, 3_600_000, 604_800_000]);
  for (const text of ["", "5", "5 s", "-1s", "s", "1d", "169h", "1e3s", "9999999999s"]) {
    assertEquals(parseDuration(text), undefined, text);
  }
  assertEquals([500, 1_500, 2_000, 120_000, 7_200_000].map(formatDuration), [
    ...["500ms", "1500ms", "2s", "2m", "2h"],
  ]);
});

Deno.test("patterns that could run for long are refused", () => {
  for (const fine of ["^(node|cgroup:/.+)$", "^[a-z]{1,20}(-x)?$", "^\\d+(ms|s)$", "^[(+*]+$"]) {
    assertEquals(patternProblem(fine), undefined, fine);
  }
  for (const slow of ["(a+)+$", "(a|a)*", "(.)\\1", "(?=a)", ".*.*.*x", "(", "(x{2,})+"]) {
    assertEquals(typeof patternProblem(slow), "string", slow);
  }
});
