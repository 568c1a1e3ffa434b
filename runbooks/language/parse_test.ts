import { assert, assertEquals } from "@std/assert";
import { parseRunbook } from "./parse.ts";
import { TEST_CATALOG } from "./testing/catalog.ts";

const HEAD = "name: t\nrisk: observe\n";
const LOOK = "{id: a, uses: look, with: {scope: node}}";

/** Problems as `line:column message (hint)`. */
function problemsOf(text: string | Uint8Array): string[] {
  return parseRunbook(text, TEST_CATALOG).problems.map(({ line, column, message, hint }) =>
    `${line}:${column} ${message}${hint ? ` (${hint})` : ""}`
  );
}

Deno.test("parses a runbook and fills in what it leaves out", () => {
  const { runbook, problems } = parseRunbook(`${HEAD}steps: [${LOOK}]\n`, TEST_CATALOG);
  assertEquals(problems, []);
  assertEquals([runbook?.title, runbook?.risk, runbook?.concurrencyKey], ["t", "observe", null]);
  assertEquals(runbook?.steps, [{
    ...{ kind: "action", id: "a", path: "a", title: "Look", uses: "look", where: "node" },
    ...{ risk: "observe", with: { scope: "node" }, timeoutMs: 60_000, continueOnError: false },
    retry: { attempts: 1, delayMs: 1_000, backoff: 2, maxDelayMs: 30_000 },
  }]);
});

Deno.test("the hash is that of the file's bytes", () => {
  const hash = (text: string) => parseRunbook(text, TEST_CATALOG).runbook?.hash;
  const text = `${HEAD}steps: [${LOOK}]\n`;
  assertEquals(hash(text), hash(text));
  assert(hash(text) !== hash(`# a comment\n${text}`));
});

const CASES: { [name: string]: [text: string | Uint8Array, problems: string[]] } = {
  "an empty file": ["", ["1:1 the file is empty (begin with `name:`)"]],
  "a file that is too large": [
    "#".repeat(262_145),
    ["1:1 the file has 262145 bytes; 262144 are allowed"],
  ],
  "bytes that are not UTF-8": [
    new Uint8Array([0x61, 0x3a, 0x20, 0x62, 0x0a, 0x63, 0xff]),
    ["2:2 the file is not valid UTF-8 (save it as UTF-8)"],
  ],
  "a tab": [
    "name: t\nsteps:\n\t- a",
    ["3:1 a tab indents this line (indent with two spaces a level)"],
  ],
  "an alias": [
    "a: &x [1]\nb: *x\n",
    [
      "1:7 anchors are not supported (repeat the value)",
      "2:4 aliases are not supported (repeat the value)",
    ],
  ],
  "a merge key": ["<<: {a: 1}\n", ["1:1 merge keys are not supported (repeat the fields)"]],
  "a tag": ["name: !secret x\nrisk: observe\n", ["1:7 Unresolved tag: !secret"]],
  "several documents": ["a: 1\n---\nb: 2\n", ["2:1 one file holds one runbook (remove `---`)"]],
  "brackets without end": [
    "[".repeat(200_000),
    ["1:1 lists and maps nest too deeply here"],
  ],
  "a key used twice": ["name: a\nname: b\n", ["2:1 Map keys must be unique"]],
  "an unknown field": [
    `${HEAD}stepps: []\nsteps: [${LOOK}]\n`,
    ["3:1 a runbook has no field `stepps` (did you mean `steps`?)"],
  ],
  "missing fields": [
    "description: x\n",
    [
      "1:1 a runbook needs `steps`",
      "1:1 a runbook needs `name`",
      "1:1 a runbook needs `risk` (one of observe, reversible, disruptive)",
    ],
  ],
  "an unknown action": [
    `${HEAD}steps:\n  - {id: a, uses: lok}\n`,
    ["4:19 there is no action `lok` (did you mean `look`?)"],
  ],
  "an id used twice": [
    `${HEAD}steps:\n  - ${LOOK}\n  - ${LOOK}\n`,
    ["5:10 the id `a` is used twice (first on line 4)"],
  ],
  "inputs that do not fit": [
    `${HEAD}steps:\n  - {id: a, uses: look, with: {scop: node}}\n`,
    [
      "4:25 `with` of step `a`: `scope` is missing",
      "4:38 `with` of step `a`: `scop` is unknown here (did you mean `scope`?)",
    ],
  ],
  "a bad duration": [
    `${HEAD}steps:\n  - {id: a, uses: tell, timeout: 5 secs}\n`,
    [
      "4:34 `timeout: 5 secs` is no duration (write a number with ms, s, m or h, e.g. `500ms`, " +
      "`2s`, `5m`; at most a week)",
    ],
  ],
  "more risk than declared": [
    `${HEAD}steps:\n  - {id: a, uses: kill}\n`,
    [
      "4:19 step `a` is disruptive, but the runbook declares `risk: observe` " +
      "(declare `risk: disruptive`)",
    ],
  ],
  "an expression that does not parse": [
    `${HEAD}steps:\n  - ${LOOK}\n  - id: b\n    uses: tell\n    if: 1 +\n`,
    ["7:12 expression: Unexpected token: EOF"],
  ],
  "a step that does not exist": [
    `${HEAD}steps:\n  - ${LOOK}\n  - id: b\n    uses: tell\n    if: steps.aa.status == "failed"\n`,
    ["7:9 there is no step `aa` (did you mean `a`?)"],
  ],
  "a step that comes later": [
    `${HEAD}steps:\n  - id: b\n    uses: tell\n    if: steps.a.status == "failed"\n  - ${LOOK}\n`,
    [
      "6:9 step `a` has not ended when this runs (a step can only refer to steps that end before " +
      "it begins)",
    ],
  ],
  "a step beside": [
    `${HEAD}steps:\n  - id: p\n    parallel:\n      - ${LOOK}\n      - id: b\n        uses: tell\n` +
    `        if: steps.a.status == "failed"\n`,
    [
      "9:13 step `a` has not ended when this runs (a step can only refer to steps that end before " +
      "it begins)",
    ],
  ],
  "a parameter that is not declared": [
    `${HEAD}steps:\n  - id: a\n    uses: look\n    with:\n      scope: x\${{ params.sc }}\n`,
    ["7:19 there is no parameter `sc` (none is known here)"],
  ],
  "an expression without end": [
    `${HEAD}steps:\n  - id: a\n    uses: look\n    with:\n      scope: x\${{ params.sc\n`,
    ["7:15 `${{` has no closing `}}`"],
  ],
  "a disruptive step whose inputs are not known in the plan": [
    `name: t\nrisk: disruptive\nsteps:\n  - ${LOOK}\n  - id: b\n    uses: kill\n    with:\n` +
    `      scope: \${{ steps.a.outputs.scope }}\n`,
    [
      "8:14 step `b` is disruptive, so its inputs cannot depend on `steps.a.outputs` (use " +
      "parameters; conditions may depend on earlier steps)",
    ],
  ],
  "a pattern that could run for long": [
    `${HEAD}parameters:\n  properties:\n    x: {type: string, pattern: "^(a+)+$"}\nsteps: [${LOOK}]\n`,
    ["5:32 `pattern`: a group must not be repeated"],
  ],
  "a default that does not fit": [
    `${HEAD}parameters:\n  properties:\n    x: {type: integer, default: many}\nsteps: [${LOOK}]\n`,
    ['5:33 default of parameter `x`: `x`: type "string" is invalid. Expected "integer"'],
  ],
};

for (const [name, [text, problems]] of Object.entries(CASES)) {
  Deno.test(`says where and what: ${name}`, () => assertEquals(problemsOf(text), problems));
}
