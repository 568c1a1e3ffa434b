/**
 * From the bytes of a `runbook.yaml` to a checked {@link Runbook}, or to every problem in it.
 *
 * @module
 */
import { sha256Hex } from "./canonical.ts";
import type { ActionCatalog } from "./catalog.ts";
import { noParameters, readParameters } from "./parameters.ts";
import type { PlanNode, Risk } from "./plan.ts";
import { type Position, type Problem, Problems } from "./problem.ts";
import { type Fields, Reader } from "./reader.ts";
import { checkExpressions, checkTemplate } from "./references.ts";
import type { Runbook } from "./runbook.ts";
import { decode, parseSource } from "./source.ts";
import { type ReadStep, readSteps } from "./steps.ts";

/** Risks in order of severity. */
export const RISKS: readonly Risk[] = ["observe", "reversible", "disruptive"];

const FIELDS = [
  ...["name", "title", "description", "risk", "on"],
  ...["parameters", "concurrency", "steps"],
];
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** What parsing yields. Warnings come with a runbook, errors instead of it. */
export type Parsed =
  | { runbook: Runbook; problems: Problem[] }
  | { runbook?: undefined; problems: Problem[] };

/** Parses a runbook's file; never throws. */
export function parseRunbook(file: string | Uint8Array, catalog: ActionCatalog): Parsed {
  const problems = new Problems();
  const runbook = read(file, catalog, problems);
  if (runbook === undefined || problems.failed) return { problems: problems.sorted() };
  return { runbook, problems: problems.sorted() };
}

function read(
  file: string | Uint8Array,
  catalog: ActionCatalog,
  problems: Problems,
): Runbook | undefined {
  const text = decode(file, problems);
  const source = text === undefined ? undefined : parseSource(text, problems);
  if (source === undefined) return undefined;
  const reader = new Reader(source, problems);
  if (source.root === null) {
    problems.error({ line: 1, column: 1 }, "the file is empty", "begin with `name:`");
    return undefined;
  }
  const fields = reader.fields(source.root, "a runbook", FIELDS);
  if (fields === undefined) return undefined;
  const positions: { [what: string]: Position } = {};
  const parametersField = fields.get("parameters");
  const parameters = parametersField === undefined
    ? noParameters()
    : readParameters(reader, parametersField.value, positions);
  const steps = readAllSteps(reader, fields, catalog, positions);
  const names = Object.keys(parameters.properties);
  checkExpressions(reader, steps, names);
  const name = readName(reader, fields);
  return {
    name,
    title: reader.text(fields, "title", 200) ?? name,
    description: reader.text(fields, "description", 4_000) ?? "",
    risk: readRisk(reader, fields, steps),
    on: readOn(reader, fields),
    parameters,
    concurrencyKey: readConcurrency(reader, fields, names, positions),
    steps: steps.map(({ step }) => step),
    hash: sha256Hex(file),
    positions,
  };
}

function readAllSteps(
  reader: Reader,
  fields: Fields,
  catalog: ActionCatalog,
  positions: { [what: string]: Position },
): ReadStep[] {
  const field = fields.get("steps");
  if (field === undefined) {
    reader.missing(reader.source.root, "a runbook", "steps");
    return [];
  }
  return readSteps({ reader, catalog, positions, ids: new Set() }, field.value, "`steps`");
}

function readName(reader: Reader, fields: Fields): string {
  const name = reader.text(fields, "name", 63);
  if (!fields.has("name")) reader.missing(reader.source.root, "a runbook", "name");
  if (name !== undefined && !NAME.test(name)) {
    reader.problems.error(
      reader.at(fields.get("name")!.value),
      `\`${name}\` cannot name a runbook`,
      "lower-case letters, digits and `-`, beginning with a letter",
    );
  }
  return name ?? "";
}

function readRisk(reader: Reader, fields: Fields, steps: readonly ReadStep[]): Risk {
  const declared = reader.choice(fields, "risk", RISKS as Risk[]);
  if (!fields.has("risk")) {
    reader.missing(reader.source.root, "a runbook", "risk", `one of ${RISKS.join(", ")}`);
  }
  if (declared === undefined) return "observe";
  for (const { step, fields: own, node } of flat(steps)) {
    if (step.kind !== "action" || severity(step.risk) <= severity(declared)) continue;
    reader.problems.error(
      reader.at(own.get("uses")?.value ?? node),
      `step \`${step.id}\` is ${step.risk}, but the runbook declares \`risk: ${declared}\``,
      `declare \`risk: ${step.risk}\``,
    );
  }
  return declared;
}

function flat(steps: readonly ReadStep[]): ReadStep[] {
  return steps.flatMap((step) => [step, ...flat(step.children)]);
}

function severity(risk: Risk): number {
  return RISKS.indexOf(risk);
}

/** The highest risk of any step. */
export function riskOf(steps: readonly PlanNode[]): Risk {
  const levels = steps.map((step) =>
    severity(step.kind === "action" ? step.risk : riskOf(step.steps))
  );
  return RISKS[Math.max(0, ...levels)]!;
}

function readOn(reader: Reader, fields: Fields): { manual: true } {
  const field = fields.get("on");
  if (field === undefined) return { manual: true };
  const inner = reader.fields(field.value, "`on`", ["manual"]);
  const manual = inner?.get("manual");
  if (inner !== undefined && manual === undefined) {
    reader.missing(field.key, "`on`", "manual", "write `on: { manual: {} }`");
  }
  const value = manual && reader.json(manual.value);
  const fits = value === null || value === true || JSON.stringify(value) === "{}";
  if (manual !== undefined && !fits) {
    reader.problems.error(reader.at(manual.value), "`manual` takes nothing", "write `manual: {}`");
  }
  return { manual: true };
}

function readConcurrency(
  reader: Reader,
  fields: Fields,
  params: readonly string[],
  positions: { [what: string]: Position },
): string | null {
  const field = fields.get("concurrency");
  if (field === undefined) return null;
  const inner = reader.fields(field.value, "`concurrency`", ["key"]);
  const key = inner && reader.text(inner, "key", 500);
  if (inner !== undefined && !inner.has("key")) reader.missing(field.key, "`concurrency`", "key");
  if (key === undefined) return null;
  const node = inner!.get("key")!.value;
  positions.concurrency = reader.at(node);
  for (const { references } of checkTemplate(reader, node, key, { params, before: [], all: [] })) {
    if (references.some(({ path }) => path.join(".") === "run.id")) {
      reader.problems.error(reader.at(node), "a key with `run.id` never meets another run");
    }
  }
  return key;
}
