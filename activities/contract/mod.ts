/**
 * What workflows and activities agree on; types and plain data only.
 *
 * @module
 */
export * from "./catalog.ts";
export * from "./centre.ts";
export * from "./errors.ts";
export * from "./node.ts";
export * from "./permit.ts";
export * from "./step.ts";
export * from "./transitions.ts";
