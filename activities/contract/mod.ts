/**
 * What workflows and activities agree on; types, plain data, the permit and the words for figures.
 *
 * @module
 */
export * from "./canonical.ts";
export * from "./catalog.ts";
export * from "./centre.ts";
export * from "./errors.ts";
export * from "./node.ts";
export * from "./permit.ts";
export * from "./step.ts";
export * from "./transition_check.ts";
export * from "./transitions.ts";
export * from "./units.ts";
