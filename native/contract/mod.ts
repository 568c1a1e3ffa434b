/**
 * The contracts between the node runner and the native processes.
 *
 * Generated from native/crates/contract by `deno task generate`; do not edit.
 *
 * @module
 */
export * from "./collector.ts";
export * from "./envelope.ts";
export * from "./guard.ts";
