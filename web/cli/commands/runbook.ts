/**
 * `runbook …`
 *
 * @module
 */
import type { Api } from "../client/mod.ts";
import type { Runbook } from "../client/shapes.ts";
import { suggest } from "../../../runbooks/language/suggest.ts";
import type { Plan, PlanNode } from "../../../runbooks/language/plan.ts";
import type { Command } from "../core/command.ts";
import { CliFailure, EXIT } from "../core/failure.ts";
import { duration, facts, lines, oneLine, table } from "../output/mod.ts";
import { theNode } from "./node.ts";
import { fromOperation, titleOf } from "./from_operation.ts";
import { PARAM_FLAG, readParams } from "./params.ts";
import { validate } from "./validate.ts";

const NAME = { name: "NAME", help: "The runbook's name" } as const;

/** A runbook of the library; an unknown name gets the nearest known one. */
export async function getRunbook(api: Api, name: string): Promise<Runbook> {
  try {
    return await api.call("runbook.get", { name });
  } catch (error) {
    if (!(error instanceof CliFailure) || error.exit !== EXIT.notFound) throw error;
    const { items } = await api.call("runbook.list", {});
    const known = items.map((runbook) => runbook.name);
    throw new CliFailure(EXIT.notFound, `no runbook is called "${name}"`, suggest(name, known));
  }
}

/** The commands about runbooks. */
export const RUNBOOK_COMMANDS: readonly Command[] = [
  fromOperation("runbook.list", {
    text: ({ items }) =>
      table(items, [
        { title: "RUNBOOK", value: (runbook) => runbook.name },
        { title: "RISK", value: (runbook) => runbook.risk },
        { title: "STEPS", value: (runbook) => String(runbook.steps), right: true },
        { title: "TITLE", value: (runbook) => runbook.title },
      ]),
  }),
  {
    name: ["runbook", "show"],
    summary: titleOf("runbook.get"),
    words: [NAME],
    examples: ["runbook show near-oom"],
    async run({ api, words, out }) {
      const runbook = await getRunbook(api, words[0]!);
      out.answer(runbook, () => [
        ...facts([["Runbook", `${runbook.name}: ${runbook.title}`], ["Risk", runbook.risk], [
          "Hash",
          runbook.hash,
        ]]),
        "",
        lines(runbook.source),
      ]);
    },
  },
  {
    name: ["runbook", "validate"],
    summary: "Check a runbook's file, without a control plane",
    details: "Prints FILE:LINE:COLUMN: MESSAGE for every problem; `-` reads stdin.",
    words: [{ name: "FILE", help: "A runbook in YAML" }],
    examples: ["runbook validate runbooks/library/near-oom/runbook.yaml"],
    run: validate,
  },
  {
    name: ["runbook", "plan"],
    summary: titleOf("runbook.plan"),
    words: [NAME],
    flags: {
      node: { kind: "text", value: "NODE", help: "Node id (default: the only node)" },
      param: PARAM_FLAG,
      "dry-run": { kind: "switch", help: "Plan a dry run" },
    },
    examples: ["runbook plan near-oom --param scope=node"],
    async run({ api, words, flags, out }) {
      const runbook = await getRunbook(api, words[0]!);
      const plan = await api.call("runbook.plan", {
        name: runbook.name,
        node: await theNode(api, flags.node as string | undefined),
        params: readParams(flags.param as string[] ?? [], runbook.parameters),
        dryRun: flags["dry-run"] === true,
      }) as unknown as Plan;
      out.answer(plan, () => [
        ...facts([
          ["Plan", plan.hash],
          ["Node", plan.node],
          ["Risk", plan.risk + (plan.dryRun ? ", dry run" : "")],
          ["Parameters", JSON.stringify(plan.params)],
        ]),
        "",
        ...plan.steps.flatMap((step) => planLines(step, "")),
      ]);
    },
  },
];

function planLines(node: PlanNode, indent: string): string[] {
  const condition = node.if ? ` if ${node.if}` : "";
  if (node.kind === "parallel") {
    return [
      `${indent}${oneLine(node.id)}: in parallel${oneLine(condition)}`,
      ...node.steps.flatMap((step) => planLines(step, `${indent}  `)),
    ];
  }
  const facts = `${node.uses} (${node.risk}, ${node.where}, ≤ ${duration(node.timeoutMs)})`;
  const inputs = Object.keys(node.with).length > 0 ? ` ${JSON.stringify(node.with)}` : "";
  return [oneLine(`${indent}${node.id}: ${facts}${condition}${inputs}`)];
}
