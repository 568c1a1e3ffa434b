/**
 * A runbook's parameters: reading their declaration, and filling in and checking values.
 *
 * @module
 */
import type { Json } from "./plan.ts";
import { patternProblem } from "./pattern.ts";
import type { Position, Problems } from "./problem.ts";
import type { Fields, Reader } from "./reader.ts";
import type { ParameterSchema, ParametersSchema } from "./runbook.ts";
import { mismatches } from "./schema_check.ts";
import { suggest } from "./suggest.ts";
import { hasExpression, OPEN } from "./template.ts";

const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;
const TYPES = ["string", "integer", "number", "boolean"] as const;
const KEYWORDS = [
  ...["type", "title", "description", "default", "enum", "examples"],
  ...["minimum", "maximum", "minLength", "maxLength", "pattern"],
];
const MOST_PARAMETERS = 64;
/** Longest text value, in characters. */
const LONGEST_VALUE = 4_096;

/** The declaration of a runbook without parameters. */
export function noParameters(): ParametersSchema {
  return { type: "object", properties: {}, required: [], additionalProperties: false };
}

/** Reads `parameters:`, a JSON Schema object in the closed form that forms can be made from. */
export function readParameters(
  reader: Reader,
  node: unknown,
  positions: { [what: string]: Position },
): ParametersSchema {
  const schema = noParameters();
  const known = ["type", "properties", "required", "additionalProperties"];
  const fields = reader.fields(node, "`parameters`", known);
  if (fields === undefined) return schema;
  reader.choice(fields, "type", ["object"]);
  if (reader.flag(fields, "additionalProperties") === true) {
    reader.problems.error(
      reader.at(fields.get("additionalProperties")!.key),
      "undeclared parameters cannot be allowed",
      "remove `additionalProperties: true`",
    );
  }
  const properties = fields.get("properties");
  const declared = properties && reader.fields(properties.value, "`properties`");
  for (const [name, { key, value }] of declared ?? []) {
    positions[`parameters.${name}`] = reader.at(key);
    // What every object has is taken for a value by readers of JSON Schema that use `in`.
    if (!NAME.test(name) || name in Object.prototype) {
      reader.problems.error(reader.at(key), `\`${name}\` cannot name a parameter`, NAME_HINT);
    } else schema.properties[name] = readParameter(reader, name, value);
  }
  if (Object.keys(schema.properties).length > MOST_PARAMETERS) {
    reader.problems.error(reader.at(node), `more than ${MOST_PARAMETERS} parameters`);
  }
  schema.required = readRequired(reader, fields, Object.keys(schema.properties));
  return schema;
}

const NAME_HINT = "letters, digits and `_`, beginning with a letter";

function readRequired(reader: Reader, fields: Fields, declared: string[]): string[] {
  const field = fields.get("required");
  if (field === undefined) return [];
  const names: string[] = [];
  for (const item of reader.items(field.value, "`required`") ?? []) {
    const name = String(reader.json(item));
    if (declared.includes(name)) names.push(name);
    else {
      reader.problems.error(
        reader.at(item),
        `no parameter is called \`${name}\``,
        suggest(name, declared),
      );
    }
  }
  return names;
}

function readParameter(reader: Reader, name: string, node: unknown): ParameterSchema {
  const what = `parameter \`${name}\``;
  const fields = reader.fields(node, what, KEYWORDS);
  if (fields === undefined) return { type: "string" };
  const type = reader.choice(fields, "type", TYPES);
  if (!fields.has("type")) reader.missing(node, what, "type", `one of ${TYPES.join(", ")}`);
  const huge = Number.MAX_SAFE_INTEGER;
  const bounds = { min: -huge, max: huge };
  const length = { min: 0, max: LONGEST_VALUE, integer: true };
  const schema: ParameterSchema = omitUndefined({
    type: type ?? "string",
    title: reader.text(fields, "title", 100),
    description: reader.text(fields, "description", 1_000),
    enum: readList(reader, fields, "enum"),
    examples: readList(reader, fields, "examples"),
    minimum: reader.number(fields, "minimum", bounds),
    maximum: reader.number(fields, "maximum", bounds),
    minLength: reader.number(fields, "minLength", length),
    maxLength: reader.number(fields, "maxLength", length),
    pattern: readPattern(reader, fields),
  });
  const fallback = fields.get("default");
  if (fallback !== undefined && type !== undefined) {
    schema.default = reader.json(fallback.value) ?? null;
    for (const { message } of valueMismatches(name, schema.default, schema)) {
      reader.problems.error(reader.at(fallback.value), `default of ${what}: ${message}`);
    }
  }
  return schema;
}

function readList(reader: Reader, fields: Fields, name: string): Json[] | undefined {
  const field = fields.get(name);
  const items = field && reader.items(field.value, `\`${name}\``);
  return items?.slice(0, 100).map((item) => reader.json(item) ?? null);
}

function readPattern(reader: Reader, fields: Fields): string | undefined {
  const pattern = reader.text(fields, "pattern", 1_000);
  if (pattern === undefined) return undefined;
  const problem = patternProblem(pattern);
  if (problem === undefined) return pattern;
  reader.problems.error(reader.at(fields.get("pattern")!.value), `\`pattern\`: ${problem}`);
  return undefined;
}

function omitUndefined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as T;
}

function valueMismatches(name: string, value: Json, schema: ParameterSchema) {
  if (typeof value === "string" && value.length > LONGEST_VALUE) {
    return [{ message: `\`${name}\` is longer than ${LONGEST_VALUE} characters` }];
  }
  return mismatches({ [name]: value }, {
    type: "object",
    properties: { [name]: schema as unknown as Json },
  });
}

/** Fills in defaults and checks values; problems point at the parameter's declaration. */
export function fillParameters(
  schema: ParametersSchema,
  given: { [name: string]: Json },
  positions: { [what: string]: Position },
  problems: Problems,
): { [name: string]: Json } {
  const declared = Object.keys(schema.properties);
  const place = (name: string) => positions[`parameters.${name}`] ?? { line: 1, column: 1 };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema.properties, name)) {
      problems.error(place(name), `unknown parameter \`${name}\``, suggest(name, declared));
    }
  }
  const filled: { [name: string]: Json } = {};
  for (const [name, parameter] of Object.entries(schema.properties)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    if (value === undefined) {
      if (schema.required.includes(name)) {
        problems.error(place(name), `parameter \`${name}\` is missing`, parameter.description);
      }
      continue;
    }
    // A value is data; were it put into the plan with this in it, it would become an expression.
    if (hasExpression(value)) {
      problems.error(place(name), `parameter \`${name}\` must not contain \`${OPEN}\``);
    }
    for (const { message } of valueMismatches(name, value, parameter)) {
      problems.error(place(name), `parameter ${message}`, parameter.description);
    }
    filled[name] = value;
  }
  return filled;
}

/**
 * Turns texts, as a command line gives them, into the declared types. A text that does not fit its
 * type stays a text, so that checking the value says what is wrong.
 */
export function parametersFromText(
  schema: ParametersSchema,
  texts: { [name: string]: string },
): { [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const type = Object.hasOwn(schema.properties, name)
        ? schema.properties[name]!.type
        : "string";
      return [name, fromText(type, text)];
    }),
  );
}

function fromText(type: ParameterSchema["type"], text: string): Json {
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  const numeric = type === "integer" || type === "number";
  return numeric && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
