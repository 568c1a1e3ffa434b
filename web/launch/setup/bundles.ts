/**
 * What is built from TypeScript: the console and the workflow bundle. Both builders load npm packages,
 * so they run as programs of their own.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inRepo, ROOT, UI_DIST, WORKFLOW_BUNDLE } from "../paths.ts";
import { run } from "./command.ts";
import { contentHash, type Sources, stampMatches, writeStamp } from "./content_hash.ts";
import type { Step } from "./step.ts";

interface Build {
  id: string;
  title: string;
  /** The program that builds. */
  program: string;
  paths: string[];
  skip: Sources["skip"];
  /** The file that has to be there afterwards. */
  result: string;
  stamp: string;
}

function build(options: Build): Step {
  const hash = () =>
    contentHash({ root: ROOT, paths: [...options.paths, "deno.lock"], skip: options.skip });
  const stamp = options.stamp;
  return {
    id: options.id,
    title: options.title,
    after: ["javascript"],
    lock: inRepo(options.program),
    check: () => existsSync(options.result) && stampMatches(stamp, hash()),
    async ensure() {
      const built = hash();
      await run([Deno.execPath(), "run", "-A", options.program], {
        cwd: ROOT,
        env: { NO_COLOR: "1" },
        hint: `fix what the lines above name; the builder is ${options.program}`,
      });
      writeStamp(stamp, built);
    },
  };
}

const isTest = (path: string) => path.endsWith("_test.ts") || path.endsWith("_test.tsx");

/** The step `console`: the browser's files. */
export const consoleBuild: Step = build({
  id: "console",
  title: "console",
  program: "web/ui/build.ts",
  paths: ["web/ui", "web/operations"],
  skip: (path) => path === "web/ui/dist" || isTest(path),
  result: join(UI_DIST, "index.html"),
  stamp: join(UI_DIST, ".pitcrew"),
});

/** The step `workflows`: the bundle that the control plane's worker loads. */
export const workflowBundle: Step = build({
  id: "workflows",
  title: "workflow bundle",
  program: "web/launch/bundle_workflows.ts",
  paths: [
    "workflows",
    "runbooks/language",
    "activities/contract",
    "web/launch/bundle_workflows.ts",
  ],
  skip: (path) => path === "workflows/dist" || isTest(path),
  result: WORKFLOW_BUNDLE,
  stamp: inRepo("workflows/dist/.pitcrew"),
});
