/**
 * `demo near-oom`: a real leak, rescued by the real runbook.
 *
 * @module
 */
import { hostname } from "node:os";
import type { Context } from "../core/command.ts";
import { CliFailure, EXIT, type ExitCode, usage } from "../core/failure.ts";
import { DEFAULT_DATA_DIR } from "../client/mod.ts";
import type { Run } from "../client/shapes.ts";
import { followRun } from "../commands/following.ts";
import { theNode } from "../commands/node.ts";
import { startRun } from "../commands/run.ts";
import { getRunbook } from "../commands/runbook.ts";
import { bytes, lines } from "../output/mod.ts";
import { policyFile, policyPath, scopeLevel } from "./level.ts";
import { parseSize } from "./size.ts";
import { setStage, type Stage } from "./stage.ts";
import { type Outcome, outcomeOf, problemsOf, ruleFor } from "./outcome.ts";

const SMALLEST = 64 * 1024 * 1024;
/** Share of the machine's available memory that the demonstration may use. */
const SHARE = 0.5;
const LOOK_MS = 250;
/** The leak reaches its end long before. */
const PATIENCE_MS = 120_000;

/** Runs the demonstration; cleans up whatever happens. */
export async function nearOom(context: Context): Promise<ExitCode> {
  const { api, flags, out } = context;
  const limit = limitOf(flags["scope-limit"] as string ?? "256MiB");
  const runbook = await getRunbook(api, "near-oom");
  const node = await hereAs(context, flags.node as string | undefined);
  const stage = await setStage(limit, flags.keep === true);
  let outcome: Outcome;
  let oomKills: number;
  try {
    const { leaker, bystander, cgroup } = stage;
    out.progress(
      `${cgroup.scope}: ${bytes(limit)}, leaker ${leaker.pid}, bystander ${bystander.pid}`,
    );
    await untilWarning(context, stage);
    const params = { scope: cgroup.scope };
    const { id } = await startRun(api, runbook, { node, params, dryRun: false });
    const run = await followRun(context, id, true);
    await settled(stage);
    outcome = outcomeOf(run, stage, api.url, await markdownOf(context, run));
    oomKills = cgroup.oomKills();
  } finally {
    await stage.clear();
    if (flags.keep) out.note(leftovers(stage));
  }
  out.answer(outcome, () => ["", lines(outcome.report.markdown), outcome.report.url]);
  const problems = problemsOf(outcome, oomKills);
  if (problems.length > 0) {
    throw new CliFailure(EXIT.failed, problems.join("\n"), hintFor(context, outcome));
  }
  return EXIT.done;
}

/** What `--keep` leaves, and how to end it. */
function leftovers({ cgroup, bystander }: Stage): string {
  return `${cgroup.scope} and process ${bystander.pid}, which works on, are left there; ` +
    `end them with: kill ${bystander.pid}; rmdir ${cgroup.dir}`;
}

/** How to let the demonstration's leaker be killed, where the policy forbids it. */
function hintFor(context: Context, outcome: Outcome): string | undefined {
  const rule = ruleFor(outcome);
  if (rule === undefined) return undefined;
  return `take that rule out of ${policyPath(dataDirOf(context))}, or narrow it, and start ` +
    "Pitcrew again: the guard reads its policy when it starts";
}

function dataDirOf({ flags, path }: Context): string {
  return flags["data-dir"] === undefined ? DEFAULT_DATA_DIR : path(String(flags["data-dir"]));
}

function limitOf(text: string): number {
  const limit = parseSize(text);
  if (limit < SMALLEST) throw usage(`--scope-limit must be ${bytes(SMALLEST)} or more`);
  const most = Math.floor(Deno.systemMemoryInfo().available * SHARE);
  if (limit > most) {
    throw usage(
      `--scope-limit ${bytes(limit)} is too much for this machine now`,
      `at most half of what is available: ${bytes(most)}`,
    );
  }
  return limit;
}

/** The node id of this machine: the leak is here, so the rescue has to be. */
async function hereAs({ api }: Context, named: string | undefined): Promise<string> {
  const node = await api.call("node.get", { id: await theNode(api, named) });
  if (node.status !== "online") {
    throw new CliFailure(EXIT.unreachable, `node ${node.id} is offline`);
  }
  if (node.hostname !== null && node.hostname !== hostname()) {
    throw usage(`node ${node.id} is ${node.hostname}, the demonstration runs on ${hostname()}`);
  }
  return node.id;
}

/** Waits until the guard's own figures call the scope a warning or worse. */
async function untilWarning(context: Context, stage: Stage) {
  const { out, interrupted } = context;
  const policy = await policyFile(dataDirOf(context));
  const until = performance.now() + PATIENCE_MS;
  let before = "";
  try {
    while (performance.now() < until) {
      if (interrupted.aborted) throw new CliFailure(EXIT.interrupted, "interrupted; cleaned up");
      const { level, headroomBytes } = await scopeLevel(stage.cgroup.scope, policy.path);
      if (level !== before) out.progress(`level ${level}: ${bytes(headroomBytes)} left`);
      before = level;
      if (level !== "ok") return;
      if (stage.leaker.ended()) {
        throw new CliFailure(EXIT.failed, "the leaker ended before it was any danger");
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } finally {
    if (policy.temporary) await Deno.remove(policy.path);
  }
  throw new CliFailure(EXIT.failed, `the scope was no warning after ${PATIENCE_MS / 1_000} s`);
}

/** A process that was signalled is gone a moment later. */
async function settled({ leaker }: Stage): Promise<void> {
  for (let tries = 0; tries < 100 && !leaker.ended(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function markdownOf({ api }: Context, run: Run): Promise<string> {
  const path = `/api/v1/runs/${encodeURIComponent(run.id)}/report?format=markdown`;
  try {
    return await (await api.raw(path)).text();
  } catch (error) {
    if (error instanceof CliFailure && error.exit === EXIT.notFound) return "";
    throw error;
  }
}
