/**
 * `node …`
 *
 * @module
 */
import type { Api } from "../client/mod.ts";
import type { Node } from "../client/shapes.ts";
import type { Command } from "../core/command.ts";
import { CliFailure, EXIT, usage } from "../core/failure.ts";
import { fromOperation, titleOf } from "./from_operation.ts";
import { bytes, facts, table, time } from "../output/mod.ts";

/** The node a command is about: the one named, or the only one there is. */
export async function theNode(api: Api, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { items } = await api.call("node.list", {});
  if (items.length === 1) return items[0]!.id;
  if (items.length === 0) {
    throw new CliFailure(EXIT.notFound, "no node is registered", "`deno task start` brings one");
  }
  throw usage("--node is missing", `one of: ${items.map((node) => node.id).join(", ")}`);
}

/** The commands about nodes. */
export const NODE_COMMANDS: readonly Command[] = [
  fromOperation("node.list", {
    text: ({ items }) =>
      items.length === 0 ? "no node is registered" : table(items, [
        { title: "NODE", value: (node) => node.id },
        { title: "STATUS", value: (node) => node.status },
        { title: "LEVEL", value: (node) => node.level ?? "unknown" },
        { title: "AVAILABLE", value: (node) => bytes(node.memory?.availableBytes), right: true },
        { title: "TOTAL", value: (node) => bytes(node.memory?.totalBytes), right: true },
        { title: "GUARD", value: (node) => node.guard?.mode ?? "none" },
        { title: "COLLECTOR", value: (node) => node.collector ? "ok" : "none" },
        { title: "LAST SEEN", value: (node) => time(node.lastSeenAt) },
      ]),
  }),
  {
    name: ["node", "show"],
    summary: titleOf("node.get"),
    words: [{ name: "NODE", help: "Node id (default: the only node)", optional: true }],
    examples: ["node show local -o json"],
    async run({ api, words, out }) {
      const node = await api.call("node.get", { id: await theNode(api, words[0]) });
      out.answer(node, () => nodeText(node));
    },
  },
];

function nodeText(node: Node): string[] {
  const { guard, collector, memory } = node;
  const unknown = "unknown";
  return [
    ...facts([
      ["Node", node.id],
      ["Status", `${node.status}, last seen ${time(node.lastSeenAt)}`],
      ["Host", node.hostname ?? unknown],
      [
        "System",
        `${node.os ?? unknown}, kernel ${node.kernel ?? unknown}, ${node.arch ?? unknown}`,
      ],
      ["CPUs", String(node.cpus ?? unknown)],
      [
        "Memory",
        memory
          ? `${bytes(memory.availableBytes)} of ${bytes(memory.totalBytes)} available`
          : unknown,
      ],
      ["Level", node.level ?? unknown],
      [
        "Guard",
        guard
          ? `${guard.mode}, ${guard.version}, ${bytes(guard.rssBytes)}`
          : silent(node.guardReason),
      ],
      [
        "Collector",
        collector
          ? `${collector.version}, ${bytes(collector.rssBytes)}`
          : silent(node.collectorReason),
      ],
      ["Can", collector?.capabilities.join(", ") || "–"],
      ...(collector?.missing ?? []).map(({ source, reason }) =>
        ["Cannot", `${source}: ${reason}`] as const
      ),
    ]),
  ];
}

function silent(reason: string | undefined): string {
  return reason === undefined ? "does not answer" : `does not answer: ${reason}`;
}
