/**
 * A runbook as the parser understood it: checked, its expressions not yet resolved.
 *
 * @module
 */
import type { Json, PlanNode, Risk } from "./plan.ts";
import type { Position } from "./problem.ts";

/** JSON Schema of one parameter; the closed set of keywords a form can be made from. */
export interface ParameterSchema {
  type: "string" | "integer" | "number" | "boolean";
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  examples?: Json[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

/** JSON Schema of a runbook's parameters; whatever is not declared is refused. */
export interface ParametersSchema {
  type: "object";
  properties: { [name: string]: ParameterSchema };
  required: string[];
  additionalProperties: false;
}

/** A checked runbook. */
export interface Runbook {
  name: string;
  title: string;
  description: string;
  /** What it declares to be allowed to do; no step exceeds it. */
  risk: Risk;
  /** What may start it. */
  on: { manual: true };
  parameters: ParametersSchema;
  /** Template; runs with the same key do not run at the same time. */
  concurrencyKey: string | null;
  /** `with` still holds expressions. */
  steps: PlanNode[];
  /** sha256 (hex) of the file's bytes. */
  hash: string;
  /** Where `parameters.<name>`, `steps.<id>` and `concurrency` stand in the file. */
  positions: { [what: string]: Position };
}
