/**
 * `deno task dev`: like `start`, and what changes is built or started again.
 *
 * @module
 */
import { relative } from "node:path";
import { reportError } from "./errors.ts";
import { inRepo, ROOT } from "./paths.ts";
import { setUp } from "./setup/mod.ts";
import { start } from "./start.ts";
import type { Supervisor } from "./supervisor/mod.ts";

const WATCHED = ["web", "node-runner", "activities", "workflows", "runbooks", "native/contract"];
/** A save is often several writes. */
const SETTLE_MS = 150;

/** The processes that a changed file belongs to. */
function affected(path: string): string[] {
  if (/\/dist\/|_test\.tsx?$|\.part$|^web\/(launch|ui|cli)\//.test(path)) return [];
  if (path.startsWith("node-runner/") || path.startsWith("activities/node/")) return ["nodeRunner"];
  if (path.startsWith("web/") || path.startsWith("activities/centre/")) return ["controlPlane"];
  return ["controlPlane", "nodeRunner"];
}

async function rebuildAndRestart(supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  const watcher = Deno.watchFs(WATCHED.map((path) => inRepo(path)));
  signal.addEventListener("abort", () => watcher.close(), { once: true });
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let working = Promise.resolve();
  const apply = async () => {
    const paths = [...changed];
    changed.clear();
    try {
      // Its steps look at contents, so this builds exactly what the change touches.
      await setUp("build");
      const names = new Set(paths.flatMap(affected));
      for (const name of names) {
        console.error(`restarting ${name}`);
        await supervisor.restart(name);
      }
    } catch (error) {
      reportError(error);
    }
  };
  for await (const event of watcher) {
    if (event.kind === "access") continue;
    for (const path of event.paths) changed.add(relative(ROOT, path));
    clearTimeout(timer);
    timer = setTimeout(() => working = working.then(apply), SETTLE_MS);
  }
  clearTimeout(timer);
  await working;
}

try {
  Deno.exit(await start(Deno.args, rebuildAndRestart));
} catch (error) {
  Deno.exit(reportError(error));
}
