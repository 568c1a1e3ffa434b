/**
 * A real Temporal server for tests: the one that set-up installed, or `temporal` on PATH.
 *
 * @module
 */
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cachedTemporal } from "../../../web/launch/setup/temporal/cache.ts";

let installed = false;

/** Keeps Temporal's own words out of the tests' output. */
export function quiet(): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger("ERROR"),
    telemetryOptions: { logging: { filter: "ERROR", forward: {} } },
  });
}

/** Starts a server of its own for one test file. */
export async function startServer(): Promise<TestWorkflowEnvironment> {
  quiet();
  return await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: "existing-path", path: await temporalBinary() },
      ui: false,
      log: { level: "error", format: "pretty" },
      extraArgs: ["--dynamic-config-value", 'history.timerProcessorMaxTimeShift="5ms"'],
    },
  });
}

async function temporalBinary(): Promise<string> {
  const cached = await cachedTemporal();
  if (cached !== undefined) return cached;
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, "temporal")).find(existsSync);
  if (found === undefined) throw new Error("there is no Temporal server; run `deno task test`");
  return found;
}
