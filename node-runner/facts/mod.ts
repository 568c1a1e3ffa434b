/**
 * What the node tells about itself.
 *
 * @module
 */
export { type NodeFacts, nodeFacts } from "./node.ts";
export { VERSION } from "./version.ts";
