/**
 * What an expression reads and calls, and that it stays within what is allowed. Part of the workflow
 * bundle.
 *
 * @module
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import { ExpressionError, LIMITS } from "./limits.ts";

const COMPREHENSIONS = new Set(["all", "exists", "exists_one", "map", "filter"]);
/** Functions that tell how the run stands. */
export const STATUS_FUNCTIONS = ["success", "failure", "always", "cancelled"] as const;
/** Everything that may be called; the library knows more, e.g. `matches`, which could run for ever. */
const FUNCTIONS: readonly string[] = [
  ...STATUS_FUNCTIONS,
  ...COMPREHENSIONS,
  ...["has", "size", "int", "double", "string", "bool", "dyn"],
  ...["contains", "startsWith", "endsWith", "lowerAscii", "upperAscii", "trim"],
  ...["indexOf", "lastIndexOf", "substring", "join"],
];
/** Names an expression may begin with. */
export const ROOTS = ["params", "steps", "run"];

/** A name that an expression reads, and where it stands in the expression (0-based). */
export interface Reference {
  /** `params.scope`, `steps.detect.outputs`, `run.node`, split at the dots, at most three parts. */
  path: string[];
  offset: number;
}

/** What an expression reads and calls. */
export interface Survey {
  references: Reference[];
  /** Names of the functions it calls. */
  calls: Set<string>;
  /** How deep lists are walked inside one another. */
  nesting: number;
}

/** Surveys a parsed expression; throws {@link ExpressionError} for what is not allowed. */
export function surveyOf(root: ASTNode): Survey {
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
