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
import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import type { Json } from "./plan.ts";

/** Bounds that keep every evaluation far below a workflow task's time. */
export const LIMITS = {
  /** Characters of one expression. */
  sourceChars: 2_000,
  astNodes: 300,
  depth: 32,
  literalElements: 64,
  /** How deep `map`, `filter`, `exists` … may nest. */
  comprehensions: 2,
  /** Elements a list may have when comprehensions nest. */
  listElements: 1_000,
  /** Characters of a result, as JSON. */
  resultChars: 64 * 1024,
} as const;

const COMPREHENSIONS = new Set(["all", "exists", "exists_one", "map", "filter"]);
const STATUS_FUNCTIONS = ["success", "failure", "always", "cancelled"] as const;
/** Everything that may be called; the library knows more, e.g. `matches`, which could run for ever. */
const FUNCTIONS: readonly string[] = [
  ...STATUS_FUNCTIONS,
  ...COMPREHENSIONS,
  ...["has", "size", "int", "double", "string", "bool", "dyn"],
  ...["contains", "startsWith", "endsWith", "lowerAscii", "upperAscii", "trim"],
  ...["indexOf", "lastIndexOf", "substring", "join"],
];
const ROOTS = ["params", "steps", "run"];

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

/** A name that an expression reads, and where it stands in the expression (0-based). */
export interface Reference {
  /** `params.scope`, `steps.detect.outputs`, `run.node`, split at the dots, at most three parts. */
  path: string[];
  offset: number;
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

/** An expression that cannot be parsed or evaluated. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  /** Where in the expression, 0-based. */
  readonly offset: number;

  constructor(message: string, offset = 0) {
    super(message);
    this.offset = offset;
  }
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

interface Survey {
  references: Reference[];
  calls: Set<string>;
  nesting: number;
}

function surveyOf(root: ASTNode): Survey {
  const survey: Survey = { references: [], calls: new Set(), nesting: 0 };
  visit(root, new Set(), 0, survey);
  return survey;
}

function visit(node: ASTNode, bound: Set<string>, nesting: number, survey: Survey): void {
  switch (node.op) {
    case "value":
      return;
    case "id":
    case ".":
    case "[]": {
      const path = pathOf(node);
      if (path !== undefined && !bound.has(path[0]!)) {
        addReference(path, node, survey);
        return;
      }
      break;
    }
    case "call":
    case "rcall": {
      const name = node.args[0];
      if (!FUNCTIONS.includes(name)) {
        throw new ExpressionError(
          `\`${name}\` is not available; there are ${FUNCTIONS.join(", ")}`,
          node.range.start,
        );
      }
      survey.calls.add(name);
      if (node.op === "rcall" && COMPREHENSIONS.has(name)) {
        visitComprehension(node.args[1], node.args[2], bound, nesting, survey);
        return;
      }
      break;
    }
  }
  for (const child of childrenOf(node)) visit(child, bound, nesting, survey);
}

function visitComprehension(
  receiver: ASTNode,
  args: ASTNode[],
  bound: Set<string>,
  nesting: number,
  survey: Survey,
): void {
  const depth = nesting + 1;
  survey.nesting = Math.max(survey.nesting, depth);
  if (depth > LIMITS.comprehensions) {
    throw new ExpressionError(
      `lists are walked inside one another more than ${LIMITS.comprehensions} deep`,
      receiver.range.start,
    );
  }
  visit(receiver, bound, nesting, survey);
  const [variable, ...bodies] = args;
  const inner = new Set(bound);
  if (variable?.op === "id") inner.add(variable.args);
  for (const body of bodies) visit(body, inner, depth, survey);
}

function childrenOf(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === "object" && value !== null && "op" in value) {
      found.push(value as ASTNode);
    }
  };
  collect(node.args);
  return found;
}

/** The names along `a.b["c"]`, or undefined when an index is computed. */
function pathOf(node: ASTNode): string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op === ".") {
    const parent = pathOf(node.args[0]);
    return parent && [...parent, node.args[1]];
  }
  if (node.op === "[]") {
    const [target, index] = node.args;
    if (index.op !== "value" || typeof index.args !== "string") return undefined;
    const parent = pathOf(target);
    return parent && [...parent, index.args];
  }
  return undefined;
}

function addReference(path: string[], node: ASTNode, survey: Survey): void {
  const offset = node.range.start;
  const [root, name] = path as [string, string | undefined];
  if (!ROOTS.includes(root)) {
    throw new ExpressionError(`unknown name \`${root}\`; there are ${ROOTS.join(", ")}`, offset);
  }
  if (name === undefined) {
    throw new ExpressionError(`\`${root}\` needs a name behind it: \`${root}.<name>\``, offset);
  }
  survey.references.push({ path: path.slice(0, 3), offset });
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
