/**
 * `deno task accept <area>`: a long acceptance run; without an area, the list of them.
 *
 * @module
 */
import { runArea } from "./areas.ts";

Deno.exit(await runArea("accept", Deno.args, false));
