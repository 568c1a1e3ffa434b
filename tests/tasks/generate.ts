/**
 * `deno task generate`: writes everything that is generated again.
 *
 * @module
 */
import { tool } from "./command.ts";
import { generators } from "./generators.ts";

let failed = false;
for (const { name, write } of generators) {
  const { ok, lines, seconds } = await tool(write);
  console.log(`${ok ? "ok  " : "FAIL"}  ${name} (${seconds.toFixed(1)} s)`);
  if (!ok) console.error(lines.join("\n"));
  failed ||= !ok;
}
Deno.exit(failed ? 1 : 0);
