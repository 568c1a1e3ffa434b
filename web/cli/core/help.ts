/**
 * Help texts, made from the commands themselves.
 *
 * @module
 */
import { type Command, COMMON_FLAGS, type Flag } from "./command.ts";

/** All commands, a line each, by noun. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => usageOf(command).length));
  const nouns = new Set(commands.map(({ name }) => name[0]));
  const under = nouns.size === 1 ? `${[...nouns][0]} ` : "";
  const lines = [`Usage: pitcrew ${under}COMMAND [OPTIONS]`, ""];
  let noun = "";
  for (const command of commands) {
    if (noun && noun !== command.name[0]) lines.push("");
    noun = command.name[0]!;
    lines.push(`  ${usageOf(command).padEnd(width)}  ${command.summary}`);
  }
  return [
    ...lines,
    "",
    "Every command takes --data-dir DIR, -o table|json and --help.",
    "PITCREW_URL and PITCREW_TOKEN name another installation than the local one.",
    "Exit codes: 0 done, 1 it failed, 2 wrong use, 3 not found, 4 refused, 5 cannot reach, 130 interrupted.",
  ].join("\n");
}

/** One command in full. */
export function commandHelp(command: Command): string {
  const sections = [`Usage: pitcrew ${usageOf(command)} [OPTIONS]`, "", command.summary];
  if (command.details) sections.push("", command.details);
  if (command.words?.length) {
    sections.push("", "Arguments:");
    sections.push(...columns(command.words.map((word) => [word.name, word.help])));
  }
  const flags: [string, Flag][] = Object.entries({ ...command.flags, ...COMMON_FLAGS });
  sections.push("", "Options:");
  sections.push(...columns(flags.map(([name, flag]) => [flagUsage(name, flag), flag.help])));
  sections.push("", "Examples:", ...command.examples.map((line) => `  pitcrew ${line}`));
  return sections.join("\n");
}

function usageOf(command: Command): string {
  const words = (command.words ?? []).map((word) => word.optional ? `[${word.name}]` : word.name);
  return [...command.name, ...words].join(" ");
}

function flagUsage(name: string, flag: Flag): string {
  const value = flag.kind === "switch" ? "" : ` ${flag.value ?? "VALUE"}`;
  return `${flag.short ? `-${flag.short}, ` : "    "}--${name}${value}${flag.repeat ? " …" : ""}`;
}

function columns(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
