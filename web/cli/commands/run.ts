/**
 * `run …`
 *
 * @module
 */
import type { OutputOf } from "../../operations/mod.ts";
import type { Api } from "../client/mod.ts";
import { hasEnded, type Run, type Runbook } from "../client/shapes.ts";
import type { Command, Context } from "../core/command.ts";
import { CliFailure, EXIT, type ExitCode } from "../core/failure.ts";
import { lines, span, table, time } from "../output/mod.ts";
import { runText } from "../views/run.ts";
import { exitOf, followRun } from "./following.ts";
import { fromOperation, titleOf } from "./from_operation.ts";
import { theNode } from "./node.ts";
import { PARAM_FLAG, readParams } from "./params.ts";
import { getRunbook } from "./runbook.ts";

const RUN = { name: "ID", help: "The run's id" } as const;
const EXAMPLE = "01jd4w9yq2m7r8s5t6v7w8x9y0";

/** Starts a run of `runbook` and returns it as accepted. */
export async function startRun(
  api: Api,
  runbook: Runbook,
  options: { node: string; params: OutputOf<"runbook.plan">["params"]; dryRun: boolean },
): Promise<OutputOf<"run.start">> {
  // The key makes a retried request the same run; a new command is a new run.
  const idempotencyKey = crypto.randomUUID();
  return await api.call("run.start", { runbook: runbook.name, ...options, idempotencyKey });
}

async function start(context: Context): Promise<ExitCode> {
  const { api, flags, out } = context;
  const runbook = await getRunbook(api, context.words[0]!);
  const params = readParams(flags.param as string[] ?? [], runbook.parameters);
  const node = await theNode(api, flags.node as string | undefined);
  const run = await startRun(api, runbook, { node, params, dryRun: flags["dry-run"] === true });
  if (run.joined) out.note(`run ${run.id} does this already; joined it`);
  if (!flags.wait && !flags.follow) {
    out.answer(run, () => [
      `run ${run.id} accepted: ${api.url}/runs/${run.id}`,
      `\`pitcrew run follow ${run.id}\` shows it live`,
    ]);
    return EXIT.done;
  }
  const ended = await followRun(context, run.id, flags.follow === true);
  out.answer(ended, () => flags.follow ? `${api.url}/runs/${run.id}` : runText(ended, out));
  return exitOf(ended);
}

async function follow(context: Context): Promise<ExitCode> {
  const run = await followRun(context, context.words[0]!, true);
  context.out.answer(run, () => `${context.api.url}/runs/${run.id}`);
  return exitOf(run);
}

async function cancel(context: Context): Promise<void> {
  const { api, flags, words: [id], out } = context;
  const reason = flags.reason as string | undefined;
  let run: Run = await api.call("run.cancel", { id: id!, ...(reason ? { reason } : {}) });
  if (flags.wait && !hasEnded(run)) run = await followRun(context, id!, false);
  out.answer(
    run,
    () => hasEnded(run) ? `run ${run.id} is ${run.status}` : `cancel of run ${run.id} asked for`,
  );
}

async function report({ api, words: [id], out }: Context): Promise<void> {
  if (out.json) return out.answer(await api.call("run.report", { id: id! }), () => "");
  const path = `/api/v1/runs/${encodeURIComponent(id!)}/report?format=markdown`;
  const markdown = await (await api.raw(path)).text();
  if (markdown.trim() === "") throw new CliFailure(EXIT.notFound, "the report is empty");
  out.print(lines(markdown));
}

function listText({ items, nextCursor }: OutputOf<"run.list">): string[] {
  if (items.length === 0) {
    return ["no runs here; `pitcrew run start near-oom --dry-run` starts a harmless one"];
  }
  return [
    ...table(items, [
      { title: "RUN", value: (run) => run.id },
      { title: "RUNBOOK", value: (run) => run.runbook + (run.dryRun ? " (dry)" : "") },
      { title: "NODE", value: (run) => run.node },
      { title: "STATUS", value: (run) => run.status },
      { title: "STEPS", value: ({ progress: { done, total } }) => `${done}/${total}`, right: true },
      { title: "STARTED", value: (run) => time(run.startedAt) },
      { title: "TOOK", value: (run) => span(run.startedAt, run.endedAt), right: true },
    ]),
    ...(nextCursor ? ["", `more: --cursor ${nextCursor}`] : []),
  ];
}

/** The commands about runs. */
export const RUN_COMMANDS: readonly Command[] = [
  {
    name: ["run", "start"],
    summary: titleOf("run.start"),
    words: [{ name: "NAME", help: "The runbook's name" }],
    flags: {
      node: { kind: "text", value: "NODE", help: "Node id (default: the only node)" },
      param: PARAM_FLAG,
      "dry-run": { kind: "switch", help: "Change nothing; say what would be done" },
      wait: { kind: "switch", help: "Wait for the end; exit 1 when the run does not complete" },
      follow: { kind: "switch", help: "Show it live until it ends" },
    },
    examples: [
      "run start near-oom --node local --dry-run --wait",
      "run start near-oom --param scope=cgroup:/app --param grace=1s --follow",
    ],
    run: start,
  },
  fromOperation("run.list", {
    help: {
      status: "Only runs in this state",
      runbook: "Only runs of this runbook",
      node: "Only runs on this node",
      limit: "At most this many",
      cursor: "Go on after an earlier page",
    },
    text: listText,
  }),
  fromOperation("run.get", { name: ["run", "show"], words: { id: RUN }, text: runText }),
  {
    name: ["run", "follow"],
    summary: "Show a run live until it ends",
    details: "Ctrl-C stops following; the run goes on.",
    words: [RUN],
    examples: [`run follow ${EXAMPLE}`],
    run: follow,
  },
  {
    name: ["run", "cancel"],
    summary: titleOf("run.cancel"),
    words: [RUN],
    flags: {
      reason: { kind: "text", value: "TEXT", help: "Why; kept in the audit" },
      wait: { kind: "switch", help: "Wait until it has ended" },
    },
    examples: [`run cancel ${EXAMPLE} --reason "wrong node"`],
    run: cancel,
  },
  {
    name: ["run", "report"],
    summary: `${titleOf("run.report")}, as Markdown or JSON`,
    words: [RUN],
    examples: [`run report ${EXAMPLE}`],
    run: report,
  },
];
