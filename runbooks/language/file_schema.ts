/**
 * The JSON Schema of `runbook.yaml`, for editors. The parser is stricter: it also checks
 * expressions, references and what JSON Schema cannot say.
 *
 * @module
 */
import type { ActionCatalog } from "./catalog.ts";
import type { Json } from "./plan.ts";

/** A JSON Schema. */
export type Schema = { [key: string]: Json };

const TEMPLATE: Schema = { type: "string", pattern: "\\$\\{\\{" };
const DURATION: Schema = {
  type: "string",
  pattern: "^\\d+(\\.\\d{1,3})?(ms|s|m|h)$",
  description: "a duration: `500ms`, `2s`, `5m`, `1h`",
};
const COMMON: Schema = {
  id: {
    type: "string",
    pattern: "^[a-z][a-z0-9_-]{0,62}$",
    description: "unique in the runbook; later steps refer to it as `steps.<id>`",
  },
  name: { type: "string", description: "what people read; `title` is the same" },
  title: { type: "string", description: "what people read" },
  if: {
    type: ["string", "boolean"],
    description: "CEL; without success(), failure(), always() or cancelled() it also asks for " +
      "success of everything before",
  },
};

/** The schema of a runbook that may use the given actions. */
export function fileSchema(catalog: ActionCatalog): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Pitcrew runbook",
    type: "object",
    additionalProperties: false,
    required: ["name", "risk", "steps"],
    properties: {
      name: { type: "string", pattern: "^[a-z][a-z0-9-]{0,62}$" },
      title: { type: "string", maxLength: 200 },
      description: { type: "string", maxLength: 4000 },
      risk: {
        enum: ["observe", "reversible", "disruptive"],
        description: "the most it may do; no step may exceed it",
      },
      on: {
        type: "object",
        additionalProperties: false,
        properties: { manual: { type: ["object", "null"], description: "a person may start it" } },
      },
      parameters: parameters(),
      concurrency: {
        type: "object",
        additionalProperties: false,
        required: ["key"],
        properties: {
          key: { type: "string", description: "runs with the same key do not run together" },
        },
      },
      steps: { type: "array", minItems: 1, items: { $ref: "#/$defs/step" } },
    },
    $defs: {
      step: { oneOf: [...Object.entries(catalog).map(actionStep), parallelStep()] },
      duration: DURATION,
    },
  };
}

function parameters(): Schema {
  const bound = { type: "number" };
  const length = { type: "integer", minimum: 0 };
  return {
    type: "object",
    additionalProperties: false,
    description: "JSON Schema of the parameters",
    properties: {
      type: { const: "object" },
      additionalProperties: { const: false },
      required: { type: "array", items: { type: "string" } },
      properties: {
        type: "object",
        propertyNames: { pattern: "^[a-zA-Z][a-zA-Z0-9_]{0,63}$" },
        additionalProperties: {
          type: "object",
          additionalProperties: false,
          required: ["type"],
          properties: {
            type: { enum: ["string", "integer", "number", "boolean"] },
            title: { type: "string" },
            description: { type: "string" },
            default: {},
            enum: { type: "array", minItems: 1 },
            examples: { type: "array" },
            minimum: bound,
            maximum: bound,
            minLength: length,
            maxLength: length,
            pattern: { type: "string", maxLength: 200 },
          },
        },
      },
    },
  };
}

function actionStep([uses, action]: [string, ActionCatalog[string]]): Schema {
  return {
    type: "object",
    title: uses,
    description: action.title,
    additionalProperties: false,
    required: ["id", "uses", ...(required(action.with) ? ["with"] : [])],
    properties: {
      ...COMMON,
      uses: { const: uses },
      with: templated(action.with),
      timeout: { $ref: "#/$defs/duration" },
      retry: retry(),
      continueOnError: {
        type: "boolean",
        description: "a failure is recorded and the run goes on",
      },
    },
  };
}

function required(schema: Schema): boolean {
  return ((schema.required ?? []) as string[]).length > 0;
}

/** The schema of inputs, each of which may also be an expression. */
function templated(schema: Schema): Schema {
  const properties = Object.entries((schema.properties ?? {}) as Schema).map(([name, own]) => [
    name,
    { anyOf: [own, TEMPLATE] },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function retry(): Schema {
  return {
    type: "object",
    additionalProperties: false,
    required: ["attempts"],
    properties: {
      attempts: { type: "integer", minimum: 1, maximum: 100, description: "attempts in all" },
      delay: { $ref: "#/$defs/duration" },
      backoff: { type: "number", minimum: 1, maximum: 10 },
      maxDelay: { $ref: "#/$defs/duration" },
    },
  };
}

function parallelStep(): Schema {
  return {
    type: "object",
    title: "parallel",
    additionalProperties: false,
    required: ["id", "parallel"],
    properties: {
      ...COMMON,
      parallel: {
        type: "array",
        minItems: 1,
        items: { $ref: "#/$defs/step" },
        description: "steps that run at the same time",
      },
    },
  };
}
