import { assert } from "@std/assert";
import { parseRunbook } from "./parse.ts";
import { planRun } from "./planner.ts";
import { TEST_CATALOG } from "./testing/catalog.ts";

const SEED_TEXT = `name: seed
title: Seed
risk: disruptive
on: { manual: {} }
parameters:
  type: object
  properties:
    scope: { type: string, pattern: "^(node|cgroup:/.+)$", default: node }
    depth: { type: integer, minimum: 1, default: 3 }
concurrency:
  key: seed/\${{ run.node }}/\${{ params.scope }}
steps:
  - id: a
    uses: look
    with: { scope: "\${{ params.scope }}", depth: 2 }
    timeout: 2s
    retry: { attempts: 3, delay: 500ms, backoff: 2, maxDelay: 1m }
  - id: both
    parallel:
      - { id: b, uses: tell, if: 'steps.a.outputs.level != "ok" && [1, 2].exists(x, x > 1)' }
      - { id: c, uses: kill, with: { scope: node }, continueOnError: true }
  - id: last
    uses: tell
    if: always() || failure()
`;
const FRAGMENTS = [
  ...["${{", "}}", "{", "}", "[", "]", ":", "- ", "\n", "\t", '"', "'", "&a", "*a", "<<: ", "!x "],
  ...["|\n", ">-\n", "#", "\u0000", "\ud800", "\uffff", "null", "~", "1e999", "0x1", "steps.", "?"],
  ...["__proto__", "constructor", "toString", "params", "(((", "---\n", "%YAML 1.1\n", "@", "`"],
];
const ROUNDS = 3_000;

/** A small generator with a seed, so that a failure can be repeated (mulberry32). */
function generator(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutate(text: string, next: (below: number) => number): string {
  for (let i = next(3) + 1; i > 0; i--) {
    const at = next(text.length + 1);
    const length = next(4);
    const other = next(text.length + 1);
    const insert = [
      FRAGMENTS[next(FRAGMENTS.length)]!,
      text.slice(other, other + next(40)),
      "",
      String.fromCharCode(next(0x250)),
    ][next(4)]!;
    text = text.slice(0, at) + insert + text.slice(at + length);
  }
  return text;
}

Deno.test("no mutation of a runbook makes the parser or the planner throw", () => {
  let accepted = 0;
  for (let seed = 0; seed < ROUNDS; seed++) {
    const text = mutate(SEED_TEXT, generator(seed));
    const { runbook, problems } = parseRunbook(text, TEST_CATALOG);
    assert(runbook !== undefined || problems.length > 0, `seed ${seed}: silent`);
    for (const { line, column } of problems) {
      assert(line >= 1 && column >= 1, `seed ${seed}: a problem without a place`);
    }
    if (runbook === undefined) continue;
    accepted++;
    planRun(runbook, { node: "n", params: {}, dryRun: seed % 2 === 0 }, TEST_CATALOG);
  }
  assert(accepted > ROUNDS / 50, `only ${accepted} mutations were still runbooks`);
});

Deno.test("random bytes are refused, never thrown at", () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = generator(seed);
    const bytes = Uint8Array.from({ length: next(400) }, () => next(256));
    assert(parseRunbook(bytes, TEST_CATALOG).problems.length > 0, `seed ${seed}`);
  }
});
