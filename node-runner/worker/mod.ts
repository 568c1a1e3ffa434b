/**
 * The activity worker of this node.
 *
 * @module
 */
export { asActivity, type StepFunction, toTemporal } from "./activity.ts";
export { OncePerStep } from "./once.ts";
export { type Activities, installRuntime, work } from "./worker.ts";
