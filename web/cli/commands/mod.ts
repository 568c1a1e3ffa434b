/**
 * Every command of the CLI.
 *
 * @module
 */
import type { Command } from "../core/command.ts";
import { DEMO_COMMANDS } from "../demo/mod.ts";
import { NODE_COMMANDS } from "./node.ts";
import { OTHER_COMMANDS } from "./other.ts";
import { RUN_COMMANDS } from "./run.ts";
import { RUNBOOK_COMMANDS } from "./runbook.ts";

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...RUNBOOK_COMMANDS,
  ...RUN_COMMANDS,
  ...NODE_COMMANDS,
  ...OTHER_COMMANDS,
  ...DEMO_COMMANDS,
];
