/**
 * Which command the first words mean.
 *
 * @module
 */
import { suggest } from "../../../runbooks/language/suggest.ts";
import type { Command } from "./command.ts";
import { usage } from "./failure.ts";

/** A command with the words after its name, or the help of several commands. */
export type Found =
  | { kind: "command"; command: Command; rest: string[] }
  | { kind: "overview"; commands: readonly Command[] };

/**
 * Finds the command that `args` begin with.
 *
 * @throws {CliFailure} naming the nearest known command
 */
export function findCommand(commands: readonly Command[], args: readonly string[]): Found {
  const words = args[0] === "help" ? [...args.slice(1), "--help"] : [...args];
  const [noun, verb] = words;
  if (noun === undefined || noun === "--help" || noun === "-h") {
    return { kind: "overview", commands };
  }
  const ofNoun = commands.filter((command) => command.name[0] === noun);
  if (ofNoun.length === 0) {
    const nouns = [...new Set(commands.map((command) => command.name[0]!))];
    throw usage(`no command is called "${noun}"`, suggest(noun, nouns));
  }
  if (ofNoun[0]!.name.length === 1) {
    return { kind: "command", command: ofNoun[0]!, rest: words.slice(1) };
  }
  if (verb === undefined || verb === "--help" || verb === "-h") {
    return { kind: "overview", commands: ofNoun };
  }
  const command = ofNoun.find((command) => command.name[1] === verb);
  if (!command) {
    const verbs = ofNoun.map((command) => command.name[1]!);
    throw usage(`"${noun}" has no command "${verb}"`, suggest(verb, verbs));
  }
  return { kind: "command", command, rest: words.slice(2) };
}
