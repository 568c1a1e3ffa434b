/**
 * Reading nodes.
 *
 * @module
 */
import type { NodeRow } from "../../store/mod.ts";
import type { OutputOf } from "../../operations/mod.ts";
import { ApiError, type ErrorCode } from "../http/errors.ts";
import type { ApiPorts } from "../ports.ts";
import type { Handlers } from "./handler.ts";
import { isOnline, nodeView, OFFLINE_AFTER_MS } from "./views.ts";

/** Handlers of the operations on nodes. */
export const nodeHandlers: Handlers<"node.list" | "node.get" | "memory.victims"> = {
  async "node.list"(_input, { ports }) {
    const now = Date.now();
    return { items: (await ports.store.nodes.list()).map((node) => nodeView(node, now)) };
  },

  async "node.get"({ id }, { ports }) {
    return nodeView(await chooseNode(id, ports), Date.now());
  },

  async "memory.victims"({ id, scope = "node", policy }, { ports, principal }) {
    const node = await chooseNode(id, ports);
    requireOnline(node);
    const answer = await ports.askNode({
      node: node.id,
      uses: "memory.plan",
      with: policy === undefined ? { scope } : { scope, policy },
      by: principal.name,
    });
    if ("outputs" in answer) return answer.outputs as OutputOf<"memory.victims">;
    const { code, message, hint } = answer.failure;
    throw new ApiError(FAILURES[code] ?? "internal", message, hint === undefined ? {} : { hint });
  },
};

/** What a step's failure code is to a caller of the API. */
const FAILURES: Record<string, ErrorCode> = {
  invalid_argument: "invalid_argument",
  not_found: "not_found",
  refused: "forbidden",
  unsupported: "conflict",
  unavailable: "unavailable",
  timed_out: "unavailable",
  busy: "rate_limited",
};

/** @throws {ApiError} `node_offline` */
export function requireOnline(node: NodeRow): void {
  if (isOnline(node, Date.now())) return;
  const since = node.lastSeenAt === null ? "was never seen" : `was last seen ${node.lastSeenAt}`;
  throw new ApiError("node_offline", `node \`${node.id}\` is offline: it ${since}`, {
    hint: "start its node runner and try again; a node is offline after " +
      `${OFFLINE_AFTER_MS / 1000} s without a heartbeat`,
  });
}

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
