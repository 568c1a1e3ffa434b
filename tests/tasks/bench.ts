/**
 * `deno task bench [area]`: the benchmarks, each figure beside a baseline run on the same machine.
 *
 * @module
 */
import { runArea } from "./areas.ts";

Deno.exit(await runArea("bench", Deno.args, true));
