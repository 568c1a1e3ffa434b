/**
 * The actions of the control plane.
 *
 * @module
 */

/** `report.compose`: artifacts of kind `report` (JSON) and `report-markdown`. */
export interface ReportWith {
  /** Heading; the runbook's title by default. */
  title?: string;
}
/** Where the report is. */
export interface ReportOutputs {
  /** Path of the report's page in the console, e.g. `/runs/<id>/report`. */
  path: string;
  /** The report's first paragraph. */
  headline: string;
}
