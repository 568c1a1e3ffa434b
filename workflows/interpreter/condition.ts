/**
 * Whether a step runs. Without a condition, and with one that names no status function, a step also
 * needs everything before it to have gone well.
 *
 * @module
 */
import {
  callsStatusFunction,
  type ExpressionContext,
  ExpressionError,
  parseExpression,
} from "../../runbooks/language/expression.ts";

/** The answer for one step. */
export type Gate =
  | { open: true }
  | { open: false; cause: "cancelled" | "failure" | "condition"; reason: string }
  | { open: false; cause: "error"; reason: string };

/** Evaluates a step's condition. */
export function gateOf(condition: string | undefined, context: ExpressionContext): Gate {
  const { state } = context;
  try {
    const expression = condition === undefined ? undefined : parseExpression(condition);
    const asksStatus = expression !== undefined && callsStatusFunction(expression);
    if (!asksStatus && state.cancelled) {
      return { open: false, cause: "cancelled", reason: "the run was cancelled" };
    }
    if (!asksStatus && state.failure) {
      return { open: false, cause: "failure", reason: "a step before it failed" };
    }
    if (expression === undefined) return { open: true };
    const value = expression.evaluate(context);
    if (typeof value !== "boolean") {
      return { open: false, cause: "error", reason: `\`if: ${condition}\` is not true or false` };
    }
    if (value) return { open: true };
    return state.cancelled
      ? { open: false, cause: "cancelled", reason: "the run was cancelled" }
      : { open: false, cause: "condition", reason: `its condition is false: ${condition}` };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { open: false, cause: "error", reason: `\`if: ${condition}\`: ${error.message}` };
  }
}

/** Whether a cancel leaves the step alone: its condition asks for always() or cancelled(). */
export function isShielded(condition: string | undefined): boolean {
  if (condition === undefined) return false;
  try {
    const { calls } = parseExpression(condition);
    return calls.has("always") || calls.has("cancelled");
  } catch {
    return false;
  }
}
