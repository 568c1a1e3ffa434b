import { assertEquals } from "@std/assert";
import { parseRunbook } from "./parse.ts";
import { parametersFromText } from "./parameters.ts";
import type { Json } from "./plan.ts";
import { planHash, planRun } from "./planner.ts";
import type { Runbook } from "./runbook.ts";
import { TEST_CATALOG } from "./testing/catalog.ts";

function runbook(): Runbook {
  return parseRunbook(
    `name: t
risk: disruptive
parameters:
  properties:
    scope: {type: string, default: node}
    depth: {type: integer, minimum: 1, default: 3}
    who: {type: string}
  required: [who]
concurrency: {key: "t/\${{ run.node }}/\${{ params.scope }}"}
steps:
  - {id: a, uses: look, with: {scope: "\${{ params.scope }}", depth: "\${{ params.depth }}"}}
  - {id: b, uses: look, with: {scope: "cgroup:/\${{ steps.a.outputs.path }}"}}
  - {id: c, uses: kill, with: {scope: "\${{ params.scope }}"}}
`,
    TEST_CATALOG,
  ).runbook!;
}

function plan(params: { [name: string]: Json }, dryRun = false) {
  return planRun(runbook(), { node: "n", params, dryRun }, TEST_CATALOG);
}

function inputsOf(params: { [name: string]: Json }) {
  return plan(params).plan?.steps.map((step) => step.kind === "action" ? step.with : null);
}

Deno.test("resolves what parameters decide and leaves what steps decide", () => {
  assertEquals(inputsOf({ who: "me" }), [
    { scope: "node", depth: 3 },
    { scope: "cgroup:/${{ steps.a.outputs.path }}" },
    { scope: "node" },
  ]);
});

Deno.test("the hash covers all of the plan", () => {
  const one = plan({ who: "me" }).plan!;
  assertEquals(one.hash, planHash(one));
  assertEquals(one.hash, plan({ who: "me" }).plan!.hash);
  const hashes = [one.hash, plan({ who: "you" }).plan!.hash, plan({ who: "me" }, true).plan!.hash];
  assertEquals(new Set(hashes).size, 3);
});

Deno.test("names every parameter that does not fit, with its place", () => {
  const messages = (params: { [name: string]: Json }) =>
    plan(params).problems.map(({ line, message, hint }) => [line, message, hint]);
  assertEquals(messages({}), [[7, "parameter `who` is missing", undefined]]);
  assertEquals(messages({ who: "me", dept: 1 }), [
    [1, "unknown parameter `dept`", "did you mean `depth`?"],
  ]);
  assertEquals(messages({ who: "me", depth: 0 }), [
    [6, "parameter `depth`: 0 is less than 1", undefined],
  ]);
});

Deno.test("a parameter's value never becomes an expression", () => {
  const { plan: made, problems } = plan({ who: "me", scope: "cgroup:/${{ steps.a.outputs.x }}" });
  assertEquals(made, undefined);
  assertEquals(problems.map(({ message }) => message), [
    "parameter `scope` must not contain `${{`",
  ]);
});

Deno.test("the resolved inputs are checked against the action", () => {
  assertEquals(
    plan({ who: "me", scope: "everything" }).problems.map(({ line, hint }) => [line, hint]),
    [
      [11, "`node` or a cgroup"],
      [13, "`node` or a cgroup"],
    ],
  );
});

Deno.test("texts of a command line become the declared types", () => {
  assertEquals(parametersFromText(runbook().parameters, { depth: "4", who: "4", x: "1" }), {
    depth: 4,
    who: "4",
    x: "1",
  });
  assertEquals(parametersFromText(runbook().parameters, { depth: "four" }), { depth: "four" });
});

Deno.test("names that every object has are no parameters", () => {
  for (const name of ["__proto__", "constructor", "prototype", "hasOwnProperty"]) {
    const params = JSON.parse(`{"who": "me", "${name}": {"who": "you"}}`);
    const { plan: made, problems } = plan(params);
    assertEquals([made, problems[0]?.message], [undefined, `unknown parameter \`${name}\``]);
  }
  const declaring = `name: t
risk: observe
parameters: {properties: {constructor: {type: string}}}
steps: [{id: a, uses: look, with: {scope: node}}]
`;
  const { problems } = parseRunbook(declaring, TEST_CATALOG);
  assertEquals(problems[0]?.message, "`constructor` cannot name a parameter");
});
