/**
 * What commands are made of: options, positionals, help, exit codes.
 *
 * @module
 */
export { parseArgs, type ParsedArgs } from "./args.ts";
export {
  type Command,
  COMMON_FLAGS,
  type Context,
  type Flag,
  type FlagValues,
  type Positional,
} from "./command.ts";
export { CliFailure, EXIT, type ExitCode, usage } from "./failure.ts";
export { findCommand, type Found } from "./find.ts";
export { commandHelp, overview } from "./help.ts";
