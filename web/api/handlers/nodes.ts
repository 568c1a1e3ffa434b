/**
 * Reading nodes.
 *
 * @module
 */
import type { NodeRow } from "../../store/mod.ts";
import { ApiError } from "../http/errors.ts";
import type { ApiPorts } from "../ports.ts";
import type { Handlers } from "./handler.ts";
import { nodeView } from "./views.ts";

/** Handlers of the operations on nodes. */
export const nodeHandlers: Handlers<"node.list" | "node.get"> = {
  async "node.list"(_input, { ports }) {
    const now = Date.now();
    return { items: (await ports.store.nodes.list()).map((node) => nodeView(node, now)) };
  },

  async "node.get"({ id }, { ports }) {
    return nodeView(await chooseNode(id, ports), Date.now());
  },
};

/** The node that was named, or the only one there is. */
export async function chooseNode(id: string | undefined, ports: ApiPorts): Promise<NodeRow> {
  const nodes = await ports.store.nodes.list();
  const ids = nodes.map((node) => node.id);
  if (id === undefined) {
    if (nodes.length === 1) return nodes[0]!;
    throw new ApiError("invalid_argument", "name the node", {
      hint: ids.length === 0 ? "no node is registered" : `nodes: ${ids.slice(0, 20).join(", ")}`,
      fields: [{ path: "node", message: "required when there is not exactly one node" }],
    });
  }
  const node = nodes.find((candidate) => candidate.id === id);
  if (node) return node;
  throw new ApiError("not_found", `there is no node \`${id}\``, {
    hint: ports.library.suggest(id, ids),
    fields: [{ path: "node", message: "no such node" }],
  });
}
