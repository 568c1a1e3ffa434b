/**
 * The API's description, OpenAPI 3.1, made from the tables.
 *
 * @module
 */
import { z } from "zod";
import { type Operation, pathParameters, type Route } from "./define.ts";
import { json } from "./inputs.ts";
import { RAW_ROUTES } from "./raw_routes.ts";
import * as shapes from "./shapes.ts";
import { OPERATIONS } from "./table.ts";

type Schema = Record<string, unknown>;

const { page: _page, ...NAMED } = shapes;

/** Makes JSON Schemas whose named parts lie in `components`. */
function schemas() {
  const registry = z.registry<{ id: string }>();
  for (const [id, shape] of Object.entries(NAMED)) registry.add(shape, { id });
  registry.add(json, { id: "Json" });
  const components: Record<string, Schema> = {};
  const of = (schema: z.ZodType, io: "input" | "output"): Schema => {
    const { $defs = {}, $schema: _draft, ...rest } = JSON.parse(
      JSON.stringify(z.toJSONSchema(schema, { metadata: registry, io, unrepresentable: "any" }))
        .replaceAll("#/$defs/", "#/components/schemas/"),
    );
    for (const [id, { id: _id, ...definition }] of Object.entries<Schema>($defs)) {
      components[id] = definition;
    }
    delete rest.id;
    return rest;
  };
  return { of, components };
}

const PROBLEM = {
  description: "What went wrong, and what to do",
  content: {
    "application/problem+json": { schema: { $ref: "#/components/schemas/ProblemDetails" } },
  },
};

function describe(
  name: string,
  op: Operation,
  of: (s: z.ZodType, io: "input" | "output") => Schema,
) {
  const input = of(op.input, "input") as {
    properties: Record<string, Schema>;
    required?: string[];
  };
  const inPath = pathParameters(op.path);
  const names = Object.keys(input.properties);
  const required = new Set(input.required);
  const parameters = names.filter((key) => op.method === "GET" || inPath.includes(key)).map((
    key,
  ) => ({
    name: key,
    in: inPath.includes(key) ? "path" : "query",
    required: inPath.includes(key) || required.has(key),
    schema: input.properties[key],
  }));
  const inBody = op.method === "GET" ? [] : names.filter((key) => !inPath.includes(key));
  const example = op.examples[0]?.input as Record<string, unknown> | undefined;
  return {
    operationId: name,
    summary: op.title,
    "x-role": op.role,
    "x-risk": op.risk,
    parameters,
    ...(op.method === "GET" ? {} : {
      requestBody: {
        required: inBody.some((key) => required.has(key)),
        content: {
          "application/json": {
            schema: {
              type: "object",
              properties: Object.fromEntries(inBody.map((key) => [key, input.properties[key]])),
              required: inBody.filter((key) => required.has(key)),
              additionalProperties: false,
            },
            example: Object.fromEntries(
              Object.entries(example ?? {}).filter(([key]) => inBody.includes(key)),
            ),
          },
        },
      },
    }),
    responses: {
      [op.status ?? 200]: {
        description: "Done",
        content: { "application/json": { schema: of(op.output, "output") } },
      },
      default: PROBLEM,
    },
  };
}

function describeRaw(name: string, route: Route) {
  return {
    operationId: name,
    summary: route.title,
    "x-role": route.role,
    parameters: pathParameters(route.path).map((key) => ({
      name: key,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    responses: { 200: { description: "Done" }, default: PROBLEM },
  };
}

/** The whole description as a JSON document. */
export function openApi(): Record<string, unknown> {
  const { of, components } = schemas();
  const paths: Record<string, Record<string, unknown>> = {};
  const add = (route: Route, description: unknown) => {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = description;
  };
  for (const [name, op] of Object.entries(OPERATIONS)) {
    add(op, describe(name, op as unknown as Operation, of));
  }
  for (const [name, route] of Object.entries(RAW_ROUTES)) {
    if (route.path.startsWith("/api/")) add(route, describeRaw(name, route));
  }
  of(z.object({ problem: shapes.ProblemDetails }), "output");
  return {
    openapi: "3.1.0",
    info: { title: "Pitcrew", version: "1" },
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "pitcrew_session" },
      },
    },
  };
}
