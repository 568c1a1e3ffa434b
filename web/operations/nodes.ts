/**
 * Operations on nodes.
 *
 * @module
 */
import { z } from "zod";
import { operation } from "./define.ts";
import { nodeId } from "./inputs.ts";
import { Node, page } from "./shapes.ts";

/** All nodes. */
export const nodeList = operation({
  method: "GET",
  path: "/api/v1/nodes",
  role: "viewer",
  risk: "observe",
  title: "List the nodes",
  input: z.strictObject({}),
  output: page(Node),
  examples: [{ title: "All", input: {} }],
});

/** One node. */
export const nodeGet = operation({
  method: "GET",
  path: "/api/v1/nodes/{id}",
  role: "viewer",
  risk: "observe",
  title: "Show a node",
  input: z.strictObject({ id: nodeId }),
  output: Node,
  examples: [{ title: "The local one", input: { id: "local" } }],
});

/** Who would be killed now, and who is left alone; the guard's own ranking, nothing is touched. */
export const Victims = z.looseObject({
  at: z.string(),
  scope: z.string(),
  level: z.enum(["ok", "warning", "urgent", "critical"]),
  headroomBytes: z.int(),
  victims: z.array(z.looseObject({
    rank: z.int(),
    pid: z.int(),
    name: z.string(),
    scoreBytes: z.int(),
    reason: z.string(),
  })),
  protected: z.array(z.object({ pid: z.int(), name: z.string(), rule: z.string() })),
});

/** Ranking of a node's processes. */
export const memoryVictims = operation({
  method: "POST",
  path: "/api/v1/nodes/{id}/memory/victims",
  role: "viewer",
  risk: "observe",
  title: "Show who would be killed now, and who is left alone",
  input: z.strictObject({
    id: nodeId,
    /** `node` or `cgroup:/path`; the node by default. */
    scope: z.string().max(600).optional(),
    /** Policy in YAML; protection only grows by it. */
    policy: z.string().max(65_536).optional(),
  }),
  output: Victims,
  examples: [{ title: "The whole node", input: { id: "local", scope: "node" } }],
});
