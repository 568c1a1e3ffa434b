/**
 * Builds `workflows/dist/bundle.js`, the code that runs in the worker's sandbox. Prebuilt, because
 * bundling at start costs more than a second (see `ARCHITECTURE.md`). A program of its own: it loads
 * npm packages, which the launcher itself may not.
 *
 * @module
 */
import { bundleWorkflowCode } from "@temporalio/worker";
import { inRepo, WORKFLOW_BUNDLE } from "./paths.ts";

const { code } = await bundleWorkflowCode({ workflowsPath: inRepo("workflows/mod.ts") });
await Deno.mkdir(inRepo("workflows/dist"), { recursive: true });
const part = `${WORKFLOW_BUNDLE}.${Deno.pid}.part`;
await Deno.writeTextFile(part, code);
await Deno.rename(part, WORKFLOW_BUNDLE);
Deno.exit(0);
