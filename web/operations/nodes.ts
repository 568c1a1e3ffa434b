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
