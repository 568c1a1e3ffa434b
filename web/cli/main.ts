/**
 * `pitcrew`: the command line of Pitcrew.
 *
 * @module
 */
import { resolve } from "@std/path";
import { Api, findConnection } from "./client/mod.ts";
import { COMMANDS } from "./commands/mod.ts";
import { parseArgs } from "./core/args.ts";
import type { Command } from "./core/command.ts";
import { findCommand } from "./core/find.ts";
import { CliFailure, EXIT, type ExitCode } from "./core/failure.ts";
import { commandHelp, overview } from "./core/help.ts";
import { lines, oneLine, Output } from "./output/mod.ts";

/** The folder the person is in: `deno task` moves to the repository's root. */
const FOLDER = Deno.env.get("INIT_CWD") ?? Deno.cwd();

async function main(args: readonly string[]): Promise<ExitCode> {
  const found = findCommand(COMMANDS, args);
  if (found.kind === "overview") {
    console.log(overview(found.commands));
    return EXIT.done;
  }
  return await runCommand(found.command, found.rest);
}

async function runCommand(command: Command, args: readonly string[]): Promise<ExitCode> {
  const { words, flags } = parseArgs(command, args);
  if (flags.help === true) {
    console.log(commandHelp(command));
    return EXIT.done;
  }
  const terminal = Deno.stdout.isTerminal();
  const colour = terminal && !Deno.env.get("NO_COLOR");
  const out = new Output({ json: flags.output === "json", terminal, colour });
  const path = (given: string) => resolve(FOLDER, given);
  const dataDir = flags["data-dir"] === undefined ? undefined : path(String(flags["data-dir"]));

  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
  const api = new Api((role) => findConnection(dataDir, role), interrupt.signal);
  const context = { words, flags, out, api, interrupted: interrupt.signal, path };
  return await command.run(context) ?? EXIT.done;
}

function report(error: unknown): ExitCode {
  if (error instanceof CliFailure) {
    console.error(lines(error.message));
    if (error.hint) console.error(`hint: ${lines(error.hint)}`);
    return error.exit;
  }
  console.error(`unexpected: ${oneLine(error instanceof Error ? error.message : String(error))}`);
  if (Deno.env.get("PITCREW_DEBUG") && error instanceof Error) console.error(error.stack);
  return EXIT.failed;
}

if (import.meta.main) Deno.exit(await main(Deno.args).catch(report));
