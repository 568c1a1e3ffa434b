/**
 * `${{ cel }}` inside values. A string that is wholly one expression becomes the expression's value
 * with its type; one that contains expressions becomes text.
 *
 * @module
 */
import {
  type Expression,
  type ExpressionContext,
  ExpressionError,
  parseExpression,
} from "./expression.ts";
import type { Json, Template } from "./plan.ts";

/** What begins an expression inside a string. */
export const OPEN = "${{";
const CLOSE = "}}";

/** A part of a templated string: text as it is, or an expression. */
export type Segment = { text: string } | { source: string; offset: number };

/** Cuts a string into text and expressions; throws {@link ExpressionError} on an open `${{`. */
export function segmentsOf(value: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  while (at < value.length) {
    const open = value.indexOf(OPEN, at);
    if (open < 0) break;
    const close = closing(value, open + OPEN.length);
    if (close < 0) throw new ExpressionError("`${{` has no closing `}}`", open);
    if (open > at) segments.push({ text: value.slice(at, open) });
    const inner = value.slice(open + OPEN.length, close);
    const source = inner.trim();
    const lead = inner.length - inner.trimStart().length;
    segments.push({ source, offset: open + OPEN.length + lead });
    at = close + CLOSE.length;
  }
  if (at < value.length) segments.push({ text: value.slice(at) });
  return segments;
}

/** The end of an expression: the first `}}` outside quotes and balanced braces. */
function closing(value: string, from: number): number {
  let quote = "";
  let depth = 0;
  for (let i = from; i < value.length; i++) {
    const char = value[i]!;
    if (quote !== "") {
      if (char === "\\") i++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "{") depth++;
    else if (char === "}" && depth > 0) depth--;
    else if (value.startsWith(CLOSE, i)) return i;
  }
  return -1;
}

/** Whether a value contains an expression anywhere. */
export function hasExpression(value: Template): boolean {
  if (typeof value === "string") return value.includes(OPEN);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasExpression);
}

/** All expressions of a value, parsed; throws {@link ExpressionError}. */
export function expressionsOf(value: Template): Expression[] {
  if (typeof value === "string") {
    return segmentsOf(value).flatMap((segment) =>
      "source" in segment ? [parseExpression(segment.source)] : []
    );
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(expressionsOf);
}

/** The value with every expression replaced by what it yields; throws {@link ExpressionError}. */
export function resolveTemplate(value: Template, context: ExpressionContext): Json {
  if (typeof value === "string") return resolveString(value, context);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => resolveTemplate(item, context));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolveTemplate(item, context)]),
  );
}

function resolveString(value: string, context: ExpressionContext): Json {
  if (!value.includes(OPEN)) return value;
  const parts = segmentsOf(value).map((segment) =>
    "text" in segment ? segment.text : parseExpression(segment.source).evaluate(context)
  );
  if (parts.length === 1) return parts[0]!;
  return parts.map((part) => typeof part === "string" ? part : JSON.stringify(part)).join("");
}
