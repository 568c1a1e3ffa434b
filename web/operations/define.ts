/**
 * What an operation is: its name, where it is reached, who may call it, what goes in and what comes
 * out. Definitions hold no code of the server, so that the CLI and the console import them too.
 *
 * @module
 */
import type { z } from "zod";

/**
 * Who may call: everybody, people by rank (a higher rank may do what a lower one may), or a node
 * for itself.
 */
export type Role = "none" | "viewer" | "operator" | "admin" | "node";

/** HTTP methods in use. */
export type Method = "GET" | "POST" | "PUT";

/** What stands in the role table for every route, operation or raw. */
export interface Route {
  /** HTTP method. */
  method: Method;
  /** Path with parameters in braces, e.g. `/api/v1/runs/{id}`. */
  path: string;
  /** Who may call it. */
  role: Role;
  /** For a person, one line. */
  title: string;
}

/**
 * An operation with JSON in and out.
 *
 * @internal its types are zod's
 */
export interface Operation<
  In extends z.ZodObject = z.ZodObject,
  Out extends z.ZodType = z.ZodType,
> extends Route {
  /** What it may do to a machine. */
  risk: "observe" | "reversible" | "disruptive";
  /**
   * Path parameters, then query (GET) or body fields, in one flat object without transforms;
   * unknown fields are refused.
   */
  input: In;
  /** What it answers. */
  output: Out;
  /** Status of a first success, 200 by default. */
  status?: 201;
  /** For documentation and tests. */
  examples: { title: string; input: z.input<In> }[];
}

/**
 * Keeps an operation's own types.
 *
 * @internal its types are zod's
 */
export function operation<In extends z.ZodObject, Out extends z.ZodType>(
  definition: Operation<In, Out>,
): Operation<In, Out> {
  return definition;
}

/** Names of the parameters in a path, in order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}
