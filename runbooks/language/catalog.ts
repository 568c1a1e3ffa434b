/**
 * What the language needs to know about the actions a runbook may use. The caller hands the catalog
 * in, so the language itself knows no action.
 *
 * @module
 */
import type { Json, Risk } from "./plan.ts";

/** One action. */
export interface ActionSpec {
  /** For a person. */
  title: string;
  /** Where it runs. */
  where: "node" | "centre";
  /** What it may do. */
  risk: Risk;
  /** JSON Schema of `with`. */
  with: { [key: string]: Json };
  /** Milliseconds, when the step gives no `timeout`. */
  timeoutMs: number;
}

/** Action name → action. */
export interface ActionCatalog {
  /** Action by name. */
  readonly [name: string]: ActionSpec;
}
