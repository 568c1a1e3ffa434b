/**
 * Conditions and templates: CEL without clock, randomness, regular expressions or anything else
 * that could run long or differ between two replays. Part of the workflow bundle, so it imports
 * nothing but the CEL library.
 *
 * An expression sees `params`, `steps.<id>.{status,outputs}` and `run.{id,node,dryRun}`, and the
 * functions `success()`, `failure()`, `always()`, `cancelled()`.
 *
 * @module
 */
import { Environment } from "@marcbachmann/cel-js";
import { ExpressionError, LIMITS } from "./limits.ts";
import type { Json } from "./plan.ts";
import { type Reference, ROOTS, STATUS_FUNCTIONS, type Survey, surveyOf } from "./survey.ts";

export { ExpressionError, LIMITS } from "./limits.ts";
export type { Reference } from "./survey.ts";

/** How the run stands, for the status functions. */
export interface RunState {
  /** Nothing before has failed and no cancel has arrived. */
  success: boolean;
  failure: boolean;
  cancelled: boolean;
}

/** What an expression sees. */
export interface ExpressionContext {
  params: { [name: string]: Json };
  steps: { [id: string]: { status: string; outputs: { [key: string]: Json } } };
  run: { id: string; node: string; dryRun: boolean };
  state: RunState;
}

/** A parsed expression. */
export interface Expression {
  source: string;
  references: Reference[];
  /** Names of the functions it calls. */
  calls: Set<string>;
  /** The value as JSON; throws {@link ExpressionError}. */
  evaluate(context: ExpressionContext): Json;
}

/** Set during one synchronous evaluation only. */
let current: RunState = { success: true, failure: false, cancelled: false };

const environment = buildEnvironment();

function buildEnvironment(): Environment {
  const env = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: LIMITS.astNodes,
      maxDepth: LIMITS.depth,
      maxListElements: LIMITS.literalElements,
      maxMapEntries: LIMITS.literalElements,
      maxCallArguments: 8,
    },
  });
  for (const root of ROOTS) env.registerVariable(root, "map");
  env.registerFunction("success(): bool", () => current.success);
  env.registerFunction("failure(): bool", () => current.failure);
  env.registerFunction("always(): bool", () => true);
  env.registerFunction("cancelled(): bool", () => current.cancelled);
  // JSON does not tell 1 from 1.0, so arithmetic mixes the two as people expect.
  const arithmetic: [string, (a: number, b: number) => number][] = [
    ["+", (a, b) => a + b],
    ["-", (a, b) => a - b],
    ["*", (a, b) => a * b],
    ["/", (a, b) => a / b],
  ];
  for (const [operator, apply] of arithmetic) {
    const mixed = (a: unknown, b: unknown) => apply(Number(a), Number(b));
    env.registerOperator(`int ${operator} double`, mixed);
    env.registerOperator(`double ${operator} int`, mixed);
  }
  return env;
}

/** Parses and checks an expression; throws {@link ExpressionError}. */
export function parseExpression(source: string): Expression {
  if (source.trim() === "") throw new ExpressionError("the expression is empty");
  if (source.length > LIMITS.sourceChars) {
    throw new ExpressionError(
      `the expression has ${source.length} characters; ${LIMITS.sourceChars} are allowed`,
    );
  }
  try {
    const program = environment.parse(source);
    const survey = surveyOf(program.ast);
    const checked = program.check();
    if (!checked.valid && checked.error !== undefined) throw checked.error;
    return {
      source,
      references: survey.references,
      calls: survey.calls,
      evaluate: (context) => evaluate(program, survey, context),
    };
  } catch (error) {
    throw expressionError(error);
  }
}

/** Names of the status functions; a condition that calls none of them also demands success. */
export function callsStatusFunction(expression: Expression): boolean {
  return STATUS_FUNCTIONS.some((name) => expression.calls.has(name));
}

function evaluate(
  program: (context: Record<string, unknown>) => unknown,
  survey: Survey,
  context: ExpressionContext,
): Json {
  const { params, steps, run, state } = context;
  if (survey.nesting > 1) refuseLongLists([params, steps]);
  const before = current;
  current = state;
  try {
    const value = toJson(program({ params, steps, run }));
    if (JSON.stringify(value).length > LIMITS.resultChars) {
      throw new ExpressionError("the result is larger than 64 KiB");
    }
    return value;
  } catch (error) {
    throw expressionError(error);
  } finally {
    current = before;
  }
}

function refuseLongLists(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value) && value.length > LIMITS.listElements) {
    throw new ExpressionError(`a list is longer than ${LIMITS.listElements} elements`);
  }
  Object.values(value).forEach(refuseLongLists);
}

function toJson(value: unknown): Json {
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw new ExpressionError("the result is not a finite number");
    case "bigint":
      if (Number.isSafeInteger(Number(value))) return Number(value);
      throw new ExpressionError("the result is an integer beyond 2^53");
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  const entries = value instanceof Map
    ? [...value]
    : Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null
    ? Object.entries(value as object)
    : undefined;
  if (entries === undefined) throw new ExpressionError("the result is not a JSON value");
  return Object.fromEntries(entries.map(([key, member]) => [String(key), toJson(member)]));
}

function expressionError(error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error;
  const { summary, message, range } = error as {
    summary?: string;
    message?: string;
    range?: { start: number };
  };
  const text = summary ?? (message ?? String(error)).split("\n")[0]!;
  return new ExpressionError(text, range?.start ?? 0);
}
