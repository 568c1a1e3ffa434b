/**
 * Reads typed fields from YAML nodes and notes what does not fit, so that one pass finds every
 * problem of a file.
 *
 * @module
 */
import { isMap, isScalar, isSeq, type Scalar } from "yaml";
import { parseDuration } from "./duration.ts";
import type { Json } from "./plan.ts";
import type { Position, Problems } from "./problem.ts";
import type { Source } from "./source.ts";
import { suggest } from "./suggest.ts";

/** A key and its value as YAML nodes. */
export interface Field {
  key: unknown;
  value: unknown;
}

/** The fields of one map, by name. */
export type Fields = ReadonlyMap<string, Field>;

/** Reads one file. */
export class Reader {
  readonly source: Source;
  readonly problems: Problems;

  constructor(source: Source, problems: Problems) {
    this.source = source;
    this.problems = problems;
  }

  /** Where a node stands. */
  at(node: unknown): Position {
    return this.source.positionOf(node);
  }

  /** Where a character of a string's value stands; the string's start when that is not exact. */
  atCharacter(node: unknown, offset: number): Position {
    const { range, value } = node as Scalar<string>;
    if (!range || typeof value !== "string") return this.at(node);
    const written = this.source.text.slice(range[0], range[1]);
    const lead = written.indexOf(value);
    return lead < 0 ? this.at(node) : this.source.positionAt(range[0] + lead + offset);
  }

  /** The fields of a map; undefined, with a problem noted, when it is none. */
  fields(node: unknown, what: string, known?: readonly string[]): Fields | undefined {
    if (!isMap(node)) {
      this.problems.error(this.at(node), `${what} must be a map of fields`);
      return undefined;
    }
    const fields = new Map<string, Field>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (known !== undefined && !known.includes(name)) {
        this.problems.error(this.at(key), `${what} has no field \`${name}\``, suggest(name, known));
      } else fields.set(name, { key, value });
    }
    return fields;
  }

  /** The items of a list that is not empty. */
  items(node: unknown, what: string): unknown[] | undefined {
    if (isSeq(node) && node.items.length > 0) return node.items;
    this.problems.error(this.at(node), `${what} must be a list with at least one item`);
    return undefined;
  }

  /** A text that is not empty; undefined when absent or wrong. */
  text(fields: Fields, name: string, longest: number): string | undefined {
    const field = fields.get(name);
    if (field === undefined) return undefined;
    const value = this.#scalar(field);
    if (typeof value === "string" && value.trim() !== "" && value.length <= longest) return value;
    this.#wrong(field, `\`${name}\` must be text of 1 to ${longest} characters`);
    return undefined;
  }

  /** One of the given words. */
  choice<T extends string>(fields: Fields, name: string, choices: readonly T[]): T | undefined {
    const field = fields.get(name);
    if (field === undefined) return undefined;
    const value = this.#scalar(field);
    if (choices.includes(value as T)) return value as T;
    this.#wrong(field, `\`${name}\` cannot be \`${value}\``, suggest(String(value), choices));
    return undefined;
  }

  /** true or false. */
  flag(fields: Fields, name: string): boolean | undefined {
    const field = fields.get(name);
    if (field === undefined) return undefined;
    const value = this.#scalar(field);
    if (typeof value === "boolean") return value;
    this.#wrong(field, `\`${name}\` must be true or false`);
    return undefined;
  }

  /** A number between two bounds. */
  number(fields: Fields, name: string, bounds: NumberBounds): number | undefined {
    const field = fields.get(name);
    if (field === undefined) return undefined;
    const value = this.#scalar(field);
    const { min, max, integer } = bounds;
    const fits = typeof value === "number" && value >= min && value <= max &&
      (!integer || Number.isInteger(value));
    if (fits) return value;
    const kind = integer ? "an integer" : "a number";
    this.#wrong(field, `\`${name}\` must be ${kind} from ${min} to ${max}`);
    return undefined;
  }

  /** Milliseconds from a duration such as `2s`. */
  duration(fields: Fields, name: string, shortestMs: number): number | undefined {
    const field = fields.get(name);
    if (field === undefined) return undefined;
    const value = this.#scalar(field);
    const ms = typeof value === "string" ? parseDuration(value) : undefined;
    if (ms !== undefined && ms >= shortestMs) return ms;
    this.#wrong(
      field,
      `\`${name}: ${value}\` is no duration`,
      "write a number with ms, s, m or h, e.g. `500ms`, `2s`, `5m`; at most a week",
    );
    return undefined;
  }

  /** The value of a node as JSON; undefined, with a problem noted, where YAML goes further. */
  json(node: unknown): Json | undefined {
    if (isMap(node)) {
      const fields = this.fields(node, "a value");
      const entries = [...fields ?? []].map(([name, { value }]) => [name, this.json(value)]);
      return Object.fromEntries(entries) as Json;
    }
    if (isSeq(node)) return node.items.map((item) => this.json(item) ?? null);
    const value = isScalar(node) ? node.value : null;
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    this.problems.error(this.at(node), "this value cannot be written as JSON", "quote it");
    return undefined;
  }

  /** Notes that a field is missing. */
  missing(node: unknown, what: string, name: string, hint?: string): void {
    this.problems.error(this.at(node), `${what} needs \`${name}\``, hint);
  }

  #scalar(field: Field): unknown {
    return isScalar(field.value) ? field.value.value : undefined;
  }

  #wrong(field: Field, message: string, hint?: string): void {
    this.problems.error(this.at(field.value ?? field.key), message, hint);
  }
}

/** Bounds of a number, both included. */
export interface NumberBounds {
  min: number;
  max: number;
  integer?: boolean;
}
