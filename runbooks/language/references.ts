/**
 * Checks every expression of a runbook: that it parses, and that what it names exists and is known
 * by the time the step runs.
 *
 * @module
 */
import { isMap, isScalar, isSeq } from "yaml";
import { type Expression, ExpressionError, parseExpression } from "./expression.ts";
import type { ActionStep } from "./plan.ts";
import type { Reader } from "./reader.ts";
import type { ReadStep } from "./steps.ts";
import { suggest } from "./suggest.ts";
import { hasExpression, segmentsOf } from "./template.ts";

const RUN_FIELDS = ["id", "node", "dryRun"];
const STEP_FIELDS = ["status", "outputs"];

/** What may be named where. */
interface Names {
  params: readonly string[];
  /** Steps that have ended by then. */
  before: readonly string[];
  /** All steps. */
  all: readonly string[];
}

/** Checks conditions and inputs of all steps. */
export function checkExpressions(
  reader: Reader,
  steps: readonly ReadStep[],
  params: readonly string[],
): void {
  const all = idsOf(steps);
  checkList(reader, steps, params, [], all, false);
}

/** Steps one after the other, or, in a `parallel`, beside one another. */
function checkList(
  reader: Reader,
  steps: readonly ReadStep[],
  params: readonly string[],
  outer: readonly string[],
  all: readonly string[],
  beside: boolean,
): void {
  let before = outer;
  for (const step of steps) {
    checkStep(reader, step, { params, before, all });
    checkList(reader, step.children, params, before, all, true);
    if (!beside) before = [...before, ...idsOf([step])];
  }
}

function idsOf(steps: readonly ReadStep[]): string[] {
  return steps.flatMap(({ step, children }) => [step.id, ...idsOf(children)]);
}

function checkStep(reader: Reader, { step, fields }: ReadStep, names: Names): void {
  const condition = fields.get("if");
  if (condition !== undefined && step.if !== undefined) {
    const written = isScalar(condition.value) ? String(condition.value.value) : "";
    checkOne(reader, condition.value, step.if, Math.max(0, written.indexOf(step.if)), names);
  }
  const inputs = fields.get("with");
  if (inputs !== undefined && step.kind === "action") {
    checkTemplates(reader, inputs.value, step, names);
  }
}

function checkTemplates(reader: Reader, node: unknown, step: ActionStep, names: Names): void {
  if (isMap(node)) {
    for (const { value } of node.items) checkTemplates(reader, value, step, names);
  } else if (isSeq(node)) {
    for (const item of node.items) checkTemplates(reader, item, step, names);
  } else if (isScalar(node) && typeof node.value === "string" && hasExpression(node.value)) {
    for (const expression of checkTemplate(reader, node, node.value, names)) {
      if (step.risk === "disruptive") refuseUnplanned(reader, node, step, expression);
    }
  }
}

/** A permit binds the inputs of a disruptive step, so they must be known when the plan is made. */
function refuseUnplanned(
  reader: Reader,
  node: unknown,
  step: ActionStep,
  { references }: Expression,
): void {
  const late = references.find(({ path }) => path[0] === "steps" || path.join(".") === "run.id");
  if (late === undefined) return;
  reader.problems.error(
    reader.at(node),
    `step \`${step.id}\` is disruptive, so its inputs cannot depend on \`${late.path.join(".")}\``,
    "use parameters; conditions may depend on earlier steps",
  );
}

/** Checks a text with `${{ }}` and returns its expressions that parse. */
export function checkTemplate(
  reader: Reader,
  node: unknown,
  value: string,
  names: Names,
): Expression[] {
  try {
    return segmentsOf(value).flatMap((segment) => {
      if (!("source" in segment)) return [];
      return checkOne(reader, node, segment.source, segment.offset, names) ?? [];
    });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    reader.problems.error(reader.atCharacter(node, error.offset), error.message);
    return [];
  }
}

function checkOne(
  reader: Reader,
  node: unknown,
  source: string,
  offset: number,
  names: Names,
): Expression | undefined {
  let expression: Expression;
  try {
    expression = parseExpression(source);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const at = reader.atCharacter(node, offset + error.offset);
    reader.problems.error(at, `expression: ${error.message}`);
    return undefined;
  }
  for (const reference of expression.references) {
    const wrong = wrongName(reference.path, names);
    if (wrong === undefined) continue;
    const at = reader.atCharacter(node, offset + reference.offset);
    reader.problems.error(at, wrong.message, wrong.hint);
  }
  return expression;
}

function wrongName(
  [root, name = "", field]: string[],
  names: Names,
): { message: string; hint?: string } | undefined {
  const unknown = (what: string, known: readonly string[]) =>
    known.includes(name) ? undefined : { message: what, hint: suggest(name, known) };
  if (root === "params") return unknown(`there is no parameter \`${name}\``, names.params);
  if (root === "run") return unknown(`\`run\` has no \`${name}\``, RUN_FIELDS);
  if (!names.all.includes(name)) {
    return { message: `there is no step \`${name}\``, hint: suggest(name, names.before) };
  }
  if (!names.before.includes(name)) {
    return {
      message: `step \`${name}\` has not ended when this runs`,
      hint: "a step can only refer to steps that end before it begins",
    };
  }
  if (field !== undefined && !STEP_FIELDS.includes(field)) {
    const hint = suggest(field, STEP_FIELDS);
    return { message: `a step has no \`${field}\``, hint };
  }
  return undefined;
}
