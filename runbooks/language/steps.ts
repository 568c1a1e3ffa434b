/**
 * Reads `steps:` into plan nodes whose inputs still hold expressions.
 *
 * @module
 */
import type { ActionCatalog, ActionSpec } from "./catalog.ts";
import { LONGEST_MS } from "./duration.ts";
import type { ActionStep, Json, PlanNode, RetryPolicy } from "./plan.ts";
import type { Position } from "./problem.ts";
import type { Fields, Reader } from "./reader.ts";
import { mismatches } from "./schema_check.ts";
import { suggest } from "./suggest.ts";
import { hasExpression } from "./template.ts";

const ID = /^[a-z][a-z0-9_-]{0,62}$/;
const COMMON = ["id", "name", "title", "if"];
const ACTION_FIELDS = [...COMMON, "uses", "with", "timeout", "retry", "continueOnError"];
const PARALLEL_FIELDS = [...COMMON, "parallel"];
const MOST_STEPS = 200;
const DEEPEST = 4;
const DEFAULT_RETRY: RetryPolicy = { attempts: 1, delayMs: 1_000, backoff: 2, maxDelayMs: 30_000 };

/** A step and the nodes that later checks point at. */
export interface ReadStep {
  step: PlanNode;
  node: unknown;
  fields: Fields;
  /** Steps of a `parallel`. */
  children: ReadStep[];
}

/** What reading the steps shares. */
export interface StepReading {
  reader: Reader;
  catalog: ActionCatalog;
  positions: { [what: string]: Position };
  /** Ids seen so far; unique in the whole runbook. */
  ids: Set<string>;
}

/** Reads a list of steps. */
export function readSteps(
  reading: StepReading,
  node: unknown,
  what: string,
  parent = "",
  depth = 1,
): ReadStep[] {
  const { reader } = reading;
  const items = reader.items(node, what) ?? [];
  if (depth > DEEPEST) {
    reader.problems.error(reader.at(node), `steps nest more than ${DEEPEST} deep`);
    return [];
  }
  const steps: ReadStep[] = [];
  for (const item of items) {
    if (reading.ids.size >= MOST_STEPS) {
      reader.problems.error(reader.at(item), `a runbook has at most ${MOST_STEPS} steps`);
      break;
    }
    const step = readStep(reading, item, parent, depth);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

function readStep(
  reading: StepReading,
  node: unknown,
  parent: string,
  depth: number,
): ReadStep | undefined {
  const { reader } = reading;
  const all = reader.fields(node, "a step");
  if (all === undefined) return undefined;
  const isParallel = all.has("parallel") && !all.has("uses");
  const known = isParallel ? PARALLEL_FIELDS : ACTION_FIELDS;
  const fields = reader.fields(node, isParallel ? "a parallel step" : "a step", known)!;
  const id = readId(reading, node, fields);
  const path = parent === "" ? id : `${parent}/${id}`;
  const base = { id, path, ...readIf(reader, fields) };
  const title = reader.text(fields, "title", 200) ?? reader.text(fields, "name", 200);
  if (isParallel) {
    const list = fields.get("parallel")!.value;
    const children = readSteps(reading, list, "`parallel`", path, depth + 1);
    const steps = children.map((child) => child.step);
    return {
      step: { kind: "parallel", ...base, title: title ?? id, steps },
      node,
      fields,
      children,
    };
  }
  const step = readAction(reading, node, fields, base, title);
  return step && { step, node, fields, children: [] };
}

function readId({ reader, positions, ids }: StepReading, node: unknown, fields: Fields): string {
  const field = fields.get("id");
  if (field === undefined) {
    reader.missing(node, "a step", "id", "every step has an id, e.g. `id: detect`");
    return `unnamed-${ids.size}`;
  }
  const id = reader.text(fields, "id", 63) ?? `unnamed-${ids.size}`;
  const at = reader.at(field.value);
  if (!ID.test(id)) {
    reader.problems.error(
      at,
      `\`${id}\` cannot be an id`,
      "lower-case letters, digits, `-` and `_`, beginning with a letter",
    );
  }
  if (ids.has(id)) {
    const first = positions[`steps.${id}`];
    reader.problems.error(at, `the id \`${id}\` is used twice`, `first on line ${first?.line}`);
  }
  ids.add(id);
  positions[`steps.${id}`] ??= at;
  return id;
}

function readIf(reader: Reader, fields: Fields): { if?: string } {
  const field = fields.get("if");
  if (field === undefined) return {};
  const value = reader.json(field.value);
  if (typeof value === "boolean") return { if: String(value) };
  const text = reader.text(fields, "if", 2_100);
  if (text === undefined) return {};
  const wrapped = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text);
  return { if: (wrapped?.[1] ?? text).trim() };
}

function readAction(
  reading: StepReading,
  node: unknown,
  fields: Fields,
  base: { id: string; path: string; if?: string },
  title: string | undefined,
): ActionStep | undefined {
  const { reader, catalog } = reading;
  const field = fields.get("uses");
  if (field === undefined) {
    reader.missing(node, `step \`${base.id}\``, "uses", "or `parallel` with steps of its own");
    return undefined;
  }
  const uses = reader.text(fields, "uses", 100);
  if (uses === undefined) return undefined;
  if (!Object.hasOwn(catalog, uses)) {
    const hint = suggest(uses, Object.keys(catalog));
    reader.problems.error(reader.at(field.value), `there is no action \`${uses}\``, hint);
    return undefined;
  }
  const action = catalog[uses]!;
  const inputs = readWith(reader, fields, base.id, action, node);
  return {
    kind: "action",
    ...base,
    title: title ?? action.title,
    uses,
    where: action.where,
    risk: action.risk,
    with: inputs,
    timeoutMs: reader.duration(fields, "timeout", 100) ?? action.timeoutMs,
    retry: readRetry(reader, fields),
    continueOnError: reader.flag(fields, "continueOnError") ?? false,
  };
}

function readWith(
  reader: Reader,
  fields: Fields,
  id: string,
  action: ActionSpec,
  node: unknown,
): { [key: string]: Json } {
  const field = fields.get("with");
  const map = field && reader.fields(field.value, `\`with\` of step \`${id}\``);
  const inputs: { [key: string]: Json } = {};
  for (const [name, { value }] of map ?? []) inputs[name] = reader.json(value) ?? null;
  if (field !== undefined && map === undefined) return inputs;
  for (const { path, message, hint } of mismatches(...withoutExpressions(inputs, action.with))) {
    const place = map?.get(path[0] ?? "");
    const at = reader.at(place?.value ?? place?.key ?? field?.key ?? node);
    reader.problems.error(at, `\`with\` of step \`${id}\`: ${message}`, hint);
  }
  return inputs;
}

/** Inputs known now, and a schema that does not ask for those known only later. */
function withoutExpressions(
  inputs: { [key: string]: Json },
  schema: { [key: string]: Json },
): [{ [key: string]: Json }, { [key: string]: Json }] {
  const known = Object.entries(inputs).filter(([name, value]) =>
    !hasExpression(value) || !Object.hasOwn((schema.properties ?? {}) as object, name)
  );
  const required = (schema.required ?? []) as string[];
  const demanded = required.filter((name) =>
    !(Object.hasOwn(inputs, name) && hasExpression(inputs[name]!))
  );
  return [Object.fromEntries(known), { ...schema, required: demanded }];
}

function readRetry(reader: Reader, fields: Fields): RetryPolicy {
  const field = fields.get("retry");
  if (field === undefined) return { ...DEFAULT_RETRY };
  const known = ["attempts", "delay", "backoff", "maxDelay"];
  const inner = reader.fields(field.value, "`retry`", known);
  if (inner === undefined) return { ...DEFAULT_RETRY };
  if (!inner.has("attempts")) {
    reader.missing(field.key, "`retry`", "attempts", "how often to try in all, e.g. `attempts: 3`");
  }
  const delayMs = reader.duration(inner, "delay", 0) ?? DEFAULT_RETRY.delayMs;
  const longest = Math.min(LONGEST_MS, Math.max(DEFAULT_RETRY.maxDelayMs, delayMs));
  return {
    attempts: reader.number(inner, "attempts", { min: 1, max: 100, integer: true }) ?? 1,
    delayMs,
    backoff: reader.number(inner, "backoff", { min: 1, max: 10 }) ?? DEFAULT_RETRY.backoff,
    maxDelayMs: reader.duration(inner, "maxDelay", 0) ?? longest,
  };
}
