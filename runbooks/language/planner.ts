/**
 * From a runbook and its parameters to the plan that is pinned and carried out.
 *
 * @module
 */
import { canonicalJson, sha256Hex } from "./canonical.ts";
import type { ActionCatalog } from "./catalog.ts";
import { type ExpressionContext, ExpressionError } from "./expression.ts";
import { fillParameters } from "./parameters.ts";
import { riskOf } from "./parse.ts";
import type { Json, Plan, PlanNode } from "./plan.ts";
import { type Problem, Problems } from "./problem.ts";
import type { Runbook } from "./runbook.ts";
import { mismatches } from "./schema_check.ts";
import { expressionsOf, hasExpression, OPEN, resolveTemplate } from "./template.ts";

/** What a run adds to its runbook. */
export interface PlanRequest {
  /** Node id. */
  node: string;
  /** Values by name. */
  params: { [name: string]: Json };
  /** Nothing is changed. */
  dryRun: boolean;
}

/** A plan, or why there is none. */
export type Planned =
  | { plan: Plan; problems: Problem[] }
  | { plan?: undefined; problems: Problem[] };

/**
 * Makes the plan; never throws. Expressions over parameters, node and dry run are resolved, those
 * over steps stay. A dry run changes nothing, so it has no concurrency key: it neither waits for a
 * live run nor stands in for one.
 */
export function planRun(
  runbook: Runbook,
  request: PlanRequest,
  catalog: ActionCatalog,
): Planned {
  const problems = new Problems();
  const params = fillParameters(
    runbook.parameters,
    request.params,
    runbook.positions,
    problems,
  );
  if (problems.failed) return { problems: problems.sorted() };
  const context: ExpressionContext = {
    params,
    steps: {},
    run: { id: "", node: request.node, dryRun: request.dryRun },
    state: { success: true, failure: false, cancelled: false },
  };
  const planning: Planning = { runbook, context, catalog, problems };
  const steps = runbook.steps.map((step) => planStep(planning, step));
  const key = concurrencyKey(planning);
  if (problems.failed) return { problems: problems.sorted() };
  const plan: Omit<Plan, "hash"> = {
    interpreter: "runbook-v1",
    runbook: { name: runbook.name, title: runbook.title, hash: runbook.hash },
    node: request.node,
    params,
    dryRun: request.dryRun,
    risk: riskOf(steps),
    concurrencyKey: request.dryRun ? null : key,
    steps,
  };
  return { plan: { ...plan, hash: planHash(plan) }, problems: problems.sorted() };
}

/** sha256 (hex) of the canonical JSON of a plan without its `hash`. */
export function planHash(plan: Omit<Plan, "hash">): string {
  const { hash: _, ...rest } = plan as Plan;
  return sha256Hex(canonicalJson(rest));
}

interface Planning {
  runbook: Runbook;
  context: ExpressionContext;
  catalog: ActionCatalog;
  problems: Problems;
}

function planStep(planning: Planning, step: PlanNode): PlanNode {
  if (step.kind === "parallel") {
    return { ...step, steps: step.steps.map((child) => planStep(planning, child)) };
  }
  const inputs = Object.fromEntries(
    Object.entries(step.with).map(([name, value]) => [name, resolveNow(planning, step.id, value)]),
  );
  const { catalog } = planning;
  const schema = Object.hasOwn(catalog, step.uses) ? catalog[step.uses]!.with : undefined;
  if (schema !== undefined && !hasExpression(inputs)) {
    for (const { message, hint } of mismatches(inputs, schema)) {
      problem(planning, `steps.${step.id}`, `step \`${step.id}\`: ${message}`, hint);
    }
  }
  return { ...step, with: inputs };
}

/** Resolves what is known already; a value that also depends on steps stays as it is. */
function resolveNow(planning: Planning, id: string, value: Json): Json {
  if (!hasExpression(value)) return value;
  if (Array.isArray(value)) return value.map((item) => resolveNow(planning, id, item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolveNow(planning, id, item)]),
    );
  }
  return resolve(planning, `steps.${id}`, value);
}

function resolve(planning: Planning, place: string, value: Json): Json {
  try {
    const references = expressionsOf(value).flatMap((expression) => expression.references);
    const later = references.some(({ path }) => path[0] === "steps" || path.join(".") === "run.id");
    if (later) return value;
    const resolved = resolveTemplate(value, planning.context);
    if (!hasExpression(resolved)) return resolved;
    problem(planning, place, `a parameter's value must not contain \`${OPEN}\``);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problem(planning, place, `expression in \`${value}\`: ${error.message}`);
  }
  return null;
}

function concurrencyKey(planning: Planning): string | null {
  const template = planning.runbook.concurrencyKey;
  if (template === null) return null;
  const key = resolve(planning, "concurrency", template);
  return typeof key === "string" ? key : JSON.stringify(key);
}

function problem(planning: Planning, place: string, message: string, hint?: string): void {
  const at = planning.runbook.positions[place] ?? { line: 1, column: 1 };
  planning.problems.error(at, message, hint);
}
