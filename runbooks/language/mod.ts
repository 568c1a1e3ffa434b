/**
 * The runbook language: `parseRunbook` checks a file, `planRun` turns it and its parameters into
 * the plan that a workflow carries out. Pure: no files, no network, no clock.
 *
 * @module
 */
export type { ActionCatalog, ActionSpec } from "./catalog.ts";
export { canonicalJson, sha256Hex } from "./canonical.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { fileSchema, type Schema } from "./file_schema.ts";
export { parametersFromText } from "./parameters.ts";
export { type Parsed, parseRunbook, RISKS } from "./parse.ts";
export type * from "./plan.ts";
export { planHash, type Planned, type PlanRequest, planRun } from "./planner.ts";
export type { Position, Problem } from "./problem.ts";
export { suggest } from "./suggest.ts";
export type { ParameterSchema, ParametersSchema, Runbook } from "./runbook.ts";
