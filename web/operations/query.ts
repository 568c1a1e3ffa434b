/**
 * Query strings to inputs and back: the one place that knows how text becomes a field's type.
 *
 * @module
 */
import { z } from "zod";

/** The field's type below `optional`. */
function kindOf(schema: z.ZodType | undefined): "number" | "boolean" | "string" {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() as z.ZodType : schema;
  if (inner instanceof z.ZodNumber) return "number";
  if (inner instanceof z.ZodBoolean) return "boolean";
  return "string";
}

/**
 * Fields of a query string as the input's types; what does not parse stays text, so that the
 * schema names it. A name given twice becomes an array, which no field takes.
 *
 * @internal its types are zod's
 */
export function fromQuery(input: z.ZodObject, query: URLSearchParams): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  for (const key of new Set(query.keys())) {
    const values = query.getAll(key);
    fields[key] = values.length > 1 ? values : parse(kindOf(input.shape[key]), values[0]!);
  }
  return { ...fields };
}

function parse(kind: "number" | "boolean" | "string", text: string): unknown {
  if (kind === "number" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** An input's path and query (GET) or path and body, for a caller of the API. */
export function toRequest(
  operation: { method: string; path: string },
  input: Record<string, unknown>,
): { url: string; body?: string } {
  const rest = { ...input };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = encodeURIComponent(String(rest[key]));
    delete rest[key];
    return value;
  });
  if (operation.method !== "GET") return { url: path, body: JSON.stringify(rest) };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) {
    if (value !== undefined) query.set(key, String(value));
  }
  return { url: query.size === 0 ? path : `${path}?${query}` };
}
