/**
 * From a request to an operation's input, checked.
 *
 * @module
 */
import { z } from "zod";
import { fromQuery, type Operation, pathParameters } from "../../operations/mod.ts";
import { readJsonObject } from "./body.ts";
import { ApiError } from "./errors.ts";

/** Problems named in one refusal. */
const MOST_FIELDS = 50;

/**
 * Path parameters with query (GET) or body; a field given in both is refused.
 *
 * @throws {ApiError} naming every field that does not fit
 */
export async function readInput(
  operation: Operation,
  request: Request,
  params: Record<string, string>,
): Promise<unknown> {
  const query = new URL(request.url).searchParams;
  if (operation.method !== "GET" && query.size > 0) {
    throw new ApiError("invalid_argument", "this request takes no query", {
      hint: "put the fields into the body",
    });
  }
  const fields = operation.method === "GET"
    ? fromQuery(operation.input, query)
    : await readJsonObject(request);
  const inPath: Record<string, unknown> = {};
  for (const name of pathParameters(operation.path)) {
    if (Object.hasOwn(fields, name)) {
      throw new ApiError("invalid_argument", `\`${name}\` stands in the path`);
    }
    inPath[name] = params[name];
  }
  return check(operation.input, { ...fields, ...inPath });
}

/**
 * Checks a value.
 *
 * @throws {ApiError} `invalid_argument` with the fields
 */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  let result: z.ZodSafeParseResult<z.infer<Schema>>;
  try {
    result = schema.safeParse(value);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ApiError("invalid_argument", "the body is nested too deeply");
    }
    throw error;
  }
  if (result.success) return result.data;
  const fields = result.error.issues.slice(0, MOST_FIELDS).map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  const detail = fields.map(({ path, message }) => path ? `${path}: ${message}` : message);
  throw new ApiError("invalid_argument", detail.join("; ").slice(0, 2000), { fields });
}
