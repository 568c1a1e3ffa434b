/**
 * What the language needs to know about the actions a runbook may use. The caller hands the catalog
 * in, so the language itself knows no action.
 *
 * @module
 */
import type { Json, Risk } from "./plan.ts";

/** One action. */
export interface ActionSpec {
  title: string;
  where: "node" | "centre";
  risk: Risk;
  /** JSON Schema of `with`. */
  with: { [key: string]: Json };
  /** Milliseconds, when the step gives no `timeout`. */
  timeoutMs: number;
}

/** Action name → action. */
export interface ActionCatalog {
  readonly [name: string]: ActionSpec;
}
