/**
 * What the node tells about itself.
 *
 * @module
 */
export type { MachineFacts } from "./machine.ts";
export { type NodeFacts, nodeFacts } from "./node.ts";
export { VERSION } from "./version.ts";
