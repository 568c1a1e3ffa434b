/**
 * What the CLI prints and how.
 *
 * @module
 */
export { bytes, duration, span, time } from "./format.ts";
export { Output, type OutputOptions, type Style } from "./output.ts";
export { type Column, facts, table } from "./table.ts";
export { lines, oneLine } from "./text.ts";
