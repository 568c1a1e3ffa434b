/**
 * Commands made from the operations table: title, options and examples come from there, so that
 * the CLI and the API cannot disagree.
 *
 * @module
 */
import { z } from "zod";
import {
  type InputOf,
  type Operation,
  type OperationName,
  OPERATIONS,
  type OutputOf,
} from "../../operations/mod.ts";
import type { Command, Flag, Positional } from "../core/command.ts";
import type { Output } from "../output/mod.ts";

/** What the table cannot know. */
export interface Presentation<Name extends OperationName> {
  /** Where it differs from the operation's name. */
  name?: readonly string[];
  /** Input fields that are words, in order, each with its name in the help. */
  words?: Record<string, Positional>;
  /** Help of the options; a field that is not listed is described by its name. */
  help?: Record<string, string>;
  /** The answer for a person. */
  text(answer: OutputOf<Name>, out: Output): string | readonly string[];
}

/** The command of an operation that needs nothing but its input. */
export function fromOperation<Name extends OperationName>(
  operation: Name,
  presentation: Presentation<Name>,
): Command {
  const { input, title, examples }: Operation = OPERATIONS[operation];
  const name = presentation.name ?? operation.split(".");
  const words = presentation.words ?? {};
  const fields = Object.entries(input.shape as Record<string, z.ZodType>)
    .filter(([field]) => !Object.hasOwn(words, field));
  return {
    name,
    summary: title,
    words: Object.values(words),
    flags: Object.fromEntries(
      fields.map((
        [field, type],
      ) => [kebab(field), flagOf(field, type, presentation.help?.[field])]),
    ),
    examples: examples.map((example) => commandLine(name, words, example.input)),
    async run({ api, words: given, flags, out }) {
      const values = [
        ...Object.keys(words).map((field, at) => [field, given[at]] as const),
        ...fields.map(([field]) => [field, flags[kebab(field)]] as const),
      ].filter(([, value]) => value !== undefined);
      const answer = await api.call(operation, Object.fromEntries(values) as InputOf<Name>);
      out.answer(answer, () => presentation.text(answer, out));
    },
  };
}

/** Title of an operation, for commands that are more than one call. */
export function titleOf(operation: OperationName): string {
  return OPERATIONS[operation].title;
}

function flagOf(field: string, type: z.ZodType, help = `The ${field}`): Flag {
  const inner = type instanceof z.ZodOptional ? type.unwrap() as z.ZodType : type;
  if (inner instanceof z.ZodBoolean) return { kind: "switch", help };
  if (inner instanceof z.ZodNumber) {
    return { kind: "integer", value: "N", minimum: inner.minValue ?? 0, help };
  }
  const oneOf = inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
  return { kind: "text", value: field.toUpperCase(), help, ...(oneOf ? { oneOf } : {}) };
}

function commandLine(
  name: readonly string[],
  words: Record<string, Positional>,
  input: Record<string, unknown>,
): string {
  const given = Object.keys(words).flatMap((field) => field in input ? [quote(input[field])] : []);
  const flags = Object.entries(input).flatMap(([field, value]) => {
    if (Object.hasOwn(words, field)) return [];
    return value === true ? [`--${kebab(field)}`] : [`--${kebab(field)} ${quote(value)}`];
  });
  return [...name, ...given, ...flags].join(" ");
}

function quote(value: unknown): string {
  const text = String(value);
  return /^[\w.:/=@-]+$/.test(text) ? text : JSON.stringify(text);
}

function kebab(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
