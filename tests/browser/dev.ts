/**
 * The console on the fixture, for looking at: runs go on by themselves, a new one every minute.
 *
 * Run: `deno run -A tests/browser/dev.ts [port]`
 *
 * @module
 */
import { buildConsole } from "../../web/ui/build.ts";
import { populate } from "./fixture/scenes.ts";
import { FixtureCentre } from "./fixture/server.ts";
import { newRun } from "./fixture/runs.ts";

const { dist } = await buildConsole();
const centre = new FixtureCentre(dist, Number(Deno.args[0] ?? 0));
populate(centre);
console.log(`sign in at ${centre.signInLink}`);

setInterval(() => {
  for (const run of centre.runs) if (run.status === "running") centre.advance(run);
}, 1500);
setInterval(() => {
  const course = { startedAt: Date.now() };
  centre.add(newRun(`01k${crypto.randomUUID().replaceAll("-", "").slice(0, 23)}`, course), course);
}, 60_000);
