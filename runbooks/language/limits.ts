/**
 * What expressions may cost, and the error of those that go beyond it or make no sense.
 *
 * @module
 */

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
