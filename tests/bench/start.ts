/**
 * Warm start: from the command to `ready`, beside Temporal's own start alone as the baseline.
 *
 * @module
 */
import { join } from "@std/path";
import { findTemporal } from "../../web/launch/setup/mod.ts";
import { choosePorts } from "../../web/launch/supervisor/ports.ts";
import { temporalArguments } from "../../web/launch/supervisor/processes.ts";
import { until } from "../harness/until.ts";
import { COMMANDS, launch, withDataDir } from "../launch/launched.ts";

const ROUNDS = 5;

/** Milliseconds until Temporal alone accepts connections. */
async function temporalAlone(program: string): Promise<number> {
  const dir = await Deno.makeTempDir();
  const { temporal: port } = choosePorts(0, true);
  const start = performance.now();
  const child = new Deno.Command(program, {
    args: temporalArguments(port, join(dir, "temporal.db")),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await until("Temporal listens", async () => {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return true;
      } catch {
        return false;
      }
    });
    return performance.now() - start;
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(dir, { recursive: true });
  }
}

/** Milliseconds from the command to `ready`, and from TERM to the end. */
async function wholeStart(): Promise<{ readyMs: number; stopMs: number }> {
  let result = { readyMs: 0, stopMs: 0 };
  await withDataDir(async (dataDir) => {
    const { pid, status, readyMs } = await launch(COMMANDS.deno, dataDir);
    const at = performance.now();
    Deno.kill(pid, "SIGTERM");
    await status;
    result = { readyMs, stopMs: performance.now() - at };
  });
  return result;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const temporal = await findTemporal();
if (temporal?.kind !== "program") throw new Error("this benchmark needs the embedded Temporal");
const baseline: number[] = [];
const ready: number[] = [];
const stop: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  baseline.push(await temporalAlone(temporal.path));
  const { readyMs, stopMs } = await wholeStart();
  ready.push(readyMs);
  stop.push(stopMs);
}
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const ratio = (median(ready) / median(baseline)).toFixed(1);
console.log(`Temporal alone    ${seconds(median(baseline))}  (baseline, median of ${ROUNDS})`);
console.log(
  `start to ready    ${seconds(median(ready))}  ratio ${ratio}, worst ${
    seconds(Math.max(...ready))
  }`,
);
console.log(
  `TERM to the end   ${seconds(median(stop))}  worst ${seconds(Math.max(...stop))}`,
);
