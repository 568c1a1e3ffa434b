/**
 * Records a history of each kind of run under `histories/<version>/`, for `histories_test.ts`.
 * Existing ones stay: they stand for runs that began under the code of their day.
 *
 * Usage: `deno run -A tests/replay/record_histories.ts LABEL`, e.g. the date.
 *
 * @module
 */
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { hostname } from "node:os";
import { StepFailure } from "../../activities/contract/mod.ts";
import type { Plan } from "../../runbooks/language/mod.ts";
import { Lab, nearOomPlan, planOf } from "./support/lab.ts";
import { done, type Script, ScriptedNode, untilCancelled } from "./support/node.ts";

interface Scenario {
  plan: Plan;
  scripts?: { [uses: string]: Script };
  /** Cancels as soon as this action is at work. */
  cancelAt?: string;
}

const STEP = "{id: ID, uses: memory.detect, with: {scope: node}}";
const step = (id: string) => STEP.replace("ID", id);
let busy = 2;

const SCENARIOS: { [kind: string]: Scenario } = {
  completed: { plan: nearOomPlan() },
  dry_run: { plan: nearOomPlan({ dryRun: true }) },
  failed: {
    plan: nearOomPlan(),
    scripts: {
      "memory.relieve": () => {
        throw new StepFailure("refused", "the guard only observes");
      },
    },
  },
  panorama_timed_out: {
    plan: nearOomPlan(),
    scripts: { "memory.panorama": (_, signal) => untilCancelled(signal) },
  },
  retried: {
    plan: nearOomPlan(),
    scripts: {
      "memory.detect": () => {
        if (busy-- > 0) throw new StepFailure("busy", "too much at once");
        return done({ level: "ok" });
      },
    },
  },
  cancelled: {
    plan: nearOomPlan(),
    scripts: { "cpu.hotspots": (_, signal) => untilCancelled(signal) },
    cancelAt: "cpu.hotspots",
  },
  parallel: {
    plan: planOf(
      `name: parallel\nrisk: observe\nsteps:\n  - id: both\n    parallel:\n      - ${step("a")}\n` +
        `      - ${step("b")}\n  - ${step("c")}\n`,
    ),
  },
};

/** Leaves out what names the machine of the recording; replaying does not look at it. */
function anonymous(key: string, value: unknown): unknown {
  if (key === "stackTrace") return "";
  if (key === "identity") return "recorder";
  if (typeof value === "string" && value.includes(hostname())) {
    return value.replaceAll(hostname(), "host");
  }
  return value;
}

const label = Deno.args[0];
if (!label || !/^[a-z0-9-]+$/.test(label)) {
  console.error("usage: deno run -A tests/replay/record_histories.ts LABEL");
  Deno.exit(2);
}
const lab = await Lab.start();
for (const [kind, { plan, scripts, cancelAt }] of Object.entries(SCENARIOS)) {
  const node = new ScriptedNode(scripts);
  const site = await lab.site(node);
  const handle = await site.start(plan);
  if (cancelAt !== undefined) {
    while (node.callsOf(cancelAt).length === 0) await new Promise((go) => setTimeout(go, 20));
    await handle.cancel();
  }
  const { status } = await handle.result();
  const history = historyToJSON(await handle.fetchHistory());
  const file = new URL(`./histories/runbook_v1-${label}-${kind}.json`, import.meta.url);
  await Deno.writeTextFile(file, JSON.stringify(JSON.parse(history, anonymous), null, 1) + "\n");
  console.log(`${kind}: ${status}`);
  await site[Symbol.asyncDispose]();
}
await lab[Symbol.asyncDispose]();
Deno.exit();
