/**
 * Histories of runs that began under earlier code must replay under this one. A failure here means
 * that runs under way would break: keep the old path behind `patched`, or make a new version.
 *
 * @module
 */
import { assert } from "@std/assert";
import { Worker } from "@temporalio/worker";
import { workflowBundle } from "./support/lab.ts";
import { quiet } from "./support/server.ts";

const FOLDER = new URL("./histories/", import.meta.url);
const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json")).sort();

Deno.test("there are histories of every kind of run", () => {
  for (const kind of ["completed", "failed", "cancelled", "dry_run", "retried", "parallel"]) {
    assert(files.some((name) => name.includes(kind)), `no history of a ${kind} run`);
  }
});

for (const name of files) {
  Deno.test({
    name: `replays ${name}`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      quiet();
      const history = JSON.parse(await Deno.readTextFile(new URL(name, FOLDER)));
      await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history);
    },
  });
}
