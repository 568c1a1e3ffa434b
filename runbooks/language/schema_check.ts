/**
 * Checks a value against a JSON Schema, without code generation, and says what is wrong in words.
 *
 * @module
 */
import { type Schema, Validator } from "@cfworker/json-schema";
import type { Json } from "./plan.ts";
import { suggest } from "./suggest.ts";

/** One mismatch. */
export interface Mismatch {
  /** Keys from the value's root, e.g. `["target"]`. */
  path: string[];
  message: string;
  hint?: string;
}

/** What of the value does not fit, leaf causes only. */
export function mismatches(value: Json, schema: { [key: string]: Json }): Mismatch[] {
  const { valid, errors } = new Validator(schema as Schema, "2020-12", false).validate(value);
  if (valid) return [];
  const found = new Map<string, Mismatch>();
  for (const error of errors) {
    if (!LEAVES.has(error.keyword)) continue;
    const path = error.instanceLocation.split("/").slice(1).map(unescapePointer);
    const mismatch = describe(error.keyword, error.error, path, schema);
    const key = mismatch.path.join("/") + mismatch.message;
    if (!found.has(key)) found.set(key, mismatch);
  }
  if (found.size === 0) return [{ path: [], message: "the value does not fit its schema" }];
  return [...found.values()];
}

/** Keywords that name a cause; the others only repeat that something inside is wrong. */
const LEAVES = new Set([
  ...["type", "enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength"],
  ...["required", "additionalProperties", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
]);

function describe(
  keyword: string,
  text: string,
  path: string[],
  schema: { [key: string]: Json },
): Mismatch {
  const properties = (schema.properties ?? {}) as { [name: string]: Json };
  if (keyword === "additionalProperties") {
    const name = /"([^"]*)"/.exec(text)?.[1] ?? "";
    return {
      path: [...path, name],
      message: `\`${name}\` is unknown here`,
      hint: suggest(name, Object.keys(properties)),
    };
  }
  if (keyword === "required") {
    const name = /"([^"]*)"/.exec(text)?.[1] ?? "";
    return { path, message: `\`${name}\` is missing` };
  }
  const subject = path.length === 0 ? "the value" : `\`${path.join(".")}\``;
  const said = text.replace(/^Instance /, "").replace(/\.$/, "");
  const name = path[0] ?? "";
  const declared = Object.hasOwn(properties, name)
    ? properties[name] as { [key: string]: Json }
    : undefined;
  const hint = keyword === "pattern" && typeof declared?.description === "string"
    ? declared.description
    : undefined;
  return { path, message: `${subject}: ${said}`, ...(hint ? { hint } : {}) };
}

function unescapePointer(token: string): string {
  return decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
}
