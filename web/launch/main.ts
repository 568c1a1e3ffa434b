/**
 * `deno task start`: sets up whatever is missing, starts everything on this machine, prints
 * `ready http://…`, and stops it all on INT, TERM or HUP, or when npx has gone.
 *
 * Only built-ins are imported here: this runs before the dependencies are there.
 *
 * @module
 */
import { reportError } from "./errors.ts";
import { start } from "./start.ts";

try {
  Deno.exit(await start(Deno.args));
} catch (error) {
  Deno.exit(reportError(error));
}
