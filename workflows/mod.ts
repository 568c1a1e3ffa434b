/**
 * Every workflow, under the name of its Temporal type. This file is what the worker bundles.
 *
 * @module
 */
export { nodeCall, type NodeCallInput } from "./node_call.ts";
export { type RunbookInput, type RunbookResult, runbookV1 } from "./runbook_v1.ts";
