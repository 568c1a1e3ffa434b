/**
 * `--param k=v`, typed by the runbook's schema.
 *
 * @module
 */
import { parametersFromText, type ParametersSchema } from "../../../runbooks/language/mod.ts";
import { suggest } from "../../../runbooks/language/suggest.ts";
import type { Json } from "../../../runbooks/language/mod.ts";
import type { Flag } from "../core/command.ts";
import { usage } from "../core/failure.ts";

/** The option that carries parameters. */
export const PARAM_FLAG = {
  kind: "text",
  short: "p",
  value: "K=V",
  repeat: true,
  help: "A parameter, typed by the runbook's schema",
} as const satisfies Flag;

/**
 * Reads `k=v` words. Numbers and booleans are read as the schema says, and a text that does not fit
 * its type is refused here already; ranges and patterns are the control plane's to check.
 *
 * @throws {CliFailure} on a word without `=`, an unknown name, a value of the wrong type
 */
export function readParams(
  given: readonly string[],
  schema: Record<string, unknown>,
): Record<string, Json> {
  const { properties = {} } = schema as Partial<ParametersSchema>;
  const texts: Record<string, string> = {};
  for (const word of given) {
    const equals = word.indexOf("=");
    if (equals < 1) throw usage(`--param needs NAME=VALUE, not "${word}"`);
    const name = word.slice(0, equals);
    if (!Object.hasOwn(properties, name)) {
      throw usage(`no parameter is called "${name}"`, suggest(name, Object.keys(properties)));
    }
    if (Object.hasOwn(texts, name)) throw usage(`parameter ${name} is given twice`);
    texts[name] = word.slice(equals + 1);
  }
  const params = parametersFromText({ ...schema, properties } as ParametersSchema, texts);
  for (const [name, value] of Object.entries(params)) {
    const { type } = properties[name]!;
    if (type !== "string" && typeof value === "string") {
      const kind =
        { integer: "a whole number", number: "a number", boolean: "true or false" }[type];
      throw usage(`parameter ${name} must be ${kind}, not "${value}"`);
    }
    if (type === "integer" && !Number.isInteger(value)) {
      throw usage(`parameter ${name} must be a whole number, not "${texts[name]}"`);
    }
  }
  return params;
}
