/**
 * The control plane's activities, as plain functions over ports, and
 * {@link createCentreActivities}, which makes of them what a Temporal worker registers.
 *
 * @module
 */
export * from "./permit/decide.ts";
export { createIssuePermit } from "./permit/issue.ts";
export type * from "./ports.ts";
export { createRecordTransitions } from "./record/transitions.ts";
export { createComposeReport } from "./report/compose.ts";
export { buildReport, type ReportMaterial } from "./report/build.ts";
export { renderMarkdown } from "./report/markdown.ts";
export type * from "./report/report.ts";
export { type CentreActivities, createCentreActivities } from "./temporal.ts";
