/**
 * What a command is.
 *
 * @module
 */
import type { Api } from "../client/api.ts";
import type { Output } from "../output/mod.ts";
import type { ExitCode } from "./failure.ts";

/** An option, `--name`. */
export interface Flag {
  /** A switch takes no value. */
  kind: "text" | "switch" | "integer";
  /** One line of the help. */
  help: string;
  /** Name of the value in the help, e.g. `FILE`. */
  value?: string;
  /** One letter. */
  short?: string;
  /** May be given several times. */
  repeat?: boolean;
  /** The only values it takes. */
  oneOf?: readonly string[];
  /** Smallest integer. */
  minimum?: number;
}

/** A word after the command's name. */
export interface Positional {
  /** Name in the help, e.g. `NAME`. */
  name: string;
  /** What it stands for. */
  help: string;
  /** Whether it may be left out. */
  optional?: boolean;
}

/** The options as given; a switch is `true`, a repeated option a list. */
export type FlagValues = Record<string, string | number | boolean | string[] | undefined>;

/** What a running command works with. */
export interface Context {
  /** The positionals in order. */
  words: string[];
  /** The options. */
  flags: FlagValues;
  /** Where the answer goes. */
  out: Output;
  /** The control plane. */
  api: Api;
  /** Aborts on Ctrl-C and TERM. */
  interrupted: AbortSignal;
  /** Path as the person meant it, relative to the folder the command was given in. */
  path(given: string): string;
}

/** One command of the CLI. */
export interface Command {
  /** Noun first, e.g. `["run", "start"]`. */
  name: readonly string[];
  /** One line of the help. */
  summary: string;
  /** More than a line, for the command's own help. */
  details?: string;
  /** The words it takes after its name. */
  words?: readonly Positional[];
  /** Its options by name. */
  flags?: Record<string, Flag>;
  /** Command lines without the program's name. */
  examples: readonly string[];
  /**
   * Carries it out; without an exit code it is done.
   *
   * @throws {CliFailure}
   */
  run(context: Context): Promise<ExitCode | void>;
}

/** Options that every command takes. */
export const COMMON_FLAGS = {
  "data-dir": {
    kind: "text",
    value: "DIR",
    help: "Data directory of the installation (default: .pitcrew in the repository)",
  },
  output: {
    kind: "text",
    short: "o",
    value: "FORMAT",
    oneOf: ["table", "json"],
    help: "table (default) or json: one object on stdout",
  },
  help: { kind: "switch", short: "h", help: "Show this help" },
} as const satisfies Record<string, Flag>;
