/**
 * From words on the command line to a command's options and positionals.
 *
 * @module
 */
import { suggest } from "../../../runbooks/language/suggest.ts";
import { type Command, COMMON_FLAGS, type Flag, type FlagValues } from "./command.ts";
import { usage } from "./failure.ts";

/** The outcome of {@linkcode parseArgs}. */
export interface ParsedArgs {
  /** Positionals in order. */
  words: string[];
  /** Options by name. */
  flags: FlagValues;
}

/**
 * Reads the words after the command's name. Options may stand anywhere before `--`.
 *
 * @throws {CliFailure} naming the option and the nearest known one
 */
export function parseArgs(command: Command, args: readonly string[]): ParsedArgs {
  const known: Record<string, Flag> = { ...COMMON_FLAGS, ...command.flags };
  const words: string[] = [];
  const flags: FlagValues = {};
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--") {
      words.push(...args.slice(at + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const [given, inline] = split(arg);
    const name = nameOf(given, known);
    const flag = known[name]!;
    if (flag.kind === "switch") {
      if (inline !== undefined) throw usage(`--${name} takes no value`);
      flags[name] = true;
      continue;
    }
    const value = inline ?? args[++at];
    if (value === undefined) throw usage(`--${name} needs a value: ${flag.value ?? "VALUE"}`);
    const checked = check(name, flag, value);
    if (flag.repeat) flags[name] = [...(flags[name] as string[] ?? []), String(checked)];
    else if (name in flags) throw usage(`--${name} is given twice`);
    else flags[name] = checked;
  }
  if (flags.help !== true) checkWords(command, words);
  return { words, flags };
}

function split(arg: string): [string, string | undefined] {
  const equals = arg.indexOf("=");
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function nameOf(given: string, known: Record<string, Flag>): string {
  if (given.startsWith("--")) {
    const name = given.slice(2);
    if (Object.hasOwn(known, name)) return name;
    const names = Object.keys(known);
    throw usage(`unknown option ${given}`, suggest(name, names).replace(/`(.+?)`/, "`--$1`"));
  }
  const short = given.slice(1);
  const found = Object.entries(known).find(([, flag]) => flag.short === short);
  if (!found) throw usage(`unknown option ${given}`, "`--help` lists the options");
  return found[0];
}

function check(name: string, flag: Flag, value: string): string | number {
  if (flag.oneOf && !flag.oneOf.includes(value)) {
    throw usage(`--${name} cannot be "${value}"`, `one of: ${flag.oneOf.join(", ")}`);
  }
  if (flag.kind === "text") return value;
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) {
    throw usage(`--${name} needs a whole number, not "${value}"`);
  }
  if (flag.minimum !== undefined && number < flag.minimum) {
    throw usage(`--${name} must be ${flag.minimum} or more`);
  }
  return number;
}

function checkWords(command: Command, words: readonly string[]): void {
  const wanted = command.words ?? [];
  const missing = wanted.slice(words.length).find((word) => !word.optional);
  const name = command.name.join(" ");
  if (missing) throw usage(`${missing.name} is missing: ${missing.help}`, helpFor(name));
  if (words.length > wanted.length) {
    throw usage(`"${words[wanted.length]}" is one word too many`, helpFor(name));
  }
}

function helpFor(name: string): string {
  return `\`pitcrew ${name} --help\` shows how it is used`;
}
