/**
 * Forms from a runbook's parameters: JSON Schema to fields, text to values, and the first check
 * before the API makes the real one.
 *
 * @module
 */
import { formatCount } from "../format/units.ts";

/** The keywords that a field understands; anything else is left to the API. */
export interface FieldSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

/** One field of a form. */
export interface Field {
  name: string;
  label: string;
  required: boolean;
  schema: FieldSchema;
  /** How it is entered; `json` for everything that has no simple control. */
  control: "text" | "number" | "integer" | "boolean" | "choice" | "json";
}

/** Field name → what stands in its control. */
export type FormText = Record<string, string>;

/** The values of a form, or what is wrong by field. */
export interface FormValues {
  values: Record<string, unknown>;
  errors: Record<string, string>;
}

/** The fields of a parameters schema, in its order. */
export function fieldsOf(parameters: Record<string, unknown>): Field[] {
  const properties = isRecord(parameters.properties) ? parameters.properties : {};
  const required = Array.isArray(parameters.required) ? parameters.required : [];
  return Object.entries(properties).map(([name, value]) => {
    const schema: FieldSchema = isRecord(value) ? value : {};
    return {
      name,
      label: schema.title ?? name,
      required: required.includes(name) && schema.default === undefined,
      schema,
      control: controlOf(schema),
    };
  });
}

/** What the controls hold at first: given values before defaults. */
export function initialText(fields: Field[], given: Record<string, unknown>): FormText {
  return Object.fromEntries(fields.map((field) => {
    const value = Object.hasOwn(given, field.name) ? given[field.name] : field.schema.default;
    if (value === undefined) return [field.name, ""];
    return [field.name, typeof value === "string" ? value : JSON.stringify(value)];
  }));
}

/** Reads every control; an empty one is left out, so that the runbook's default holds. */
export function readForm(fields: Field[], text: FormText): FormValues {
  const values: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const entered = (text[field.name] ?? "").trim();
    if (entered === "") {
      if (field.required) errors[field.name] = "This is needed";
      continue;
    }
    const read = readField(field, entered);
    if ("error" in read) errors[field.name] = read.error;
    else values[field.name] = read.value;
  }
  return { values, errors };
}

/** What a field accepts, in words: `1 to 120`, `default 5`. */
export function rangeHint(schema: FieldSchema): string {
  const { minimum, maximum } = schema;
  const parts: string[] = [];
  if (minimum !== undefined && maximum !== undefined) {
    parts.push(`${formatCount(minimum)} to ${formatCount(maximum)}`);
  } else if (minimum !== undefined) parts.push(`${formatCount(minimum)} or more`);
  else if (maximum !== undefined) parts.push(`${formatCount(maximum)} or less`);
  if (schema.default !== undefined && schema.default !== "") {
    parts.push(
      `default ${
        typeof schema.default === "string" ? schema.default : JSON.stringify(schema.default)
      }`,
    );
  }
  return parts.join(" · ");
}

function controlOf(schema: FieldSchema): Field["control"] {
  if (Array.isArray(schema.enum)) return "choice";
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes("string")) return "text";
  for (const type of ["boolean", "integer", "number"] as const) {
    if (types.includes(type)) return type;
  }
  return "json";
}

function readField(field: Field, entered: string): { value: unknown } | { error: string } {
  const { schema } = field;
  switch (field.control) {
    case "choice": {
      const choice = schema.enum!.find((value) => textOf(value) === entered);
      return choice === undefined ? { error: "Choose one of the list" } : { value: choice };
    }
    case "boolean":
      return { value: entered === "true" };
    case "integer":
    case "number":
      return readNumber(field, entered);
    case "json":
      try {
        return { value: JSON.parse(entered) };
      } catch {
        return { error: "This is not valid JSON" };
      }
    case "text":
      return readText(schema, entered);
  }
}

function readNumber(field: Field, entered: string): { value: number } | { error: string } {
  const { minimum, maximum } = field.schema;
  const value = Number(entered);
  if (!Number.isFinite(value)) return { error: "This is not a number" };
  if (field.control === "integer" && !Number.isInteger(value)) {
    return { error: "This must be a whole number" };
  }
  if (minimum !== undefined && value < minimum) return { error: `At least ${minimum}` };
  if (maximum !== undefined && value > maximum) return { error: `At most ${maximum}` };
  return { value };
}

function readText(schema: FieldSchema, entered: string): { value: string } | { error: string } {
  if (schema.minLength !== undefined && entered.length < schema.minLength) {
    return { error: `At least ${schema.minLength} characters` };
  }
  if (schema.maxLength !== undefined && entered.length > schema.maxLength) {
    return { error: `At most ${schema.maxLength} characters` };
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, entered)) {
    return { error: `This does not have the form that is asked for (${schema.pattern})` };
  }
  return { value: entered };
}

/** A pattern that this browser cannot read is left to the API. */
function matches(pattern: string, entered: string): boolean {
  try {
    return new RegExp(pattern, "u").test(entered);
  } catch {
    return true;
  }
}

/** How a choice is written in its control. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
