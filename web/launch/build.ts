/**
 * `deno task build`: the native programs, the console and the workflow bundle.
 *
 * @module
 */
import { reportError } from "./errors.ts";
import { setUp } from "./setup/mod.ts";

try {
  await setUp("build");
} catch (error) {
  Deno.exit(reportError(error));
}
