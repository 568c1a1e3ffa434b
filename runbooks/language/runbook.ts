/**
 * A runbook as the parser understood it: checked, its expressions not yet resolved.
 *
 * @module
 */
import type { Json, PlanNode, Risk } from "./plan.ts";
import type { Position } from "./problem.ts";

/** JSON Schema of one parameter; the closed set of keywords a form can be made from. */
export interface ParameterSchema {
  /** Type of the value. */
  type: "string" | "integer" | "number" | "boolean";
  /** For a person. */
  title?: string;
  /** What it is for. */
  description?: string;
  /** Value when none is given. */
  default?: Json;
  /** The only values allowed. */
  enum?: Json[];
  /** Values to show. */
  examples?: Json[];
  /** Smallest number. */
  minimum?: number;
  /** Largest number. */
  maximum?: number;
  /** Fewest characters. */
  minLength?: number;
  /** Most characters. */
  maxLength?: number;
  /** Regular expression the text must match. */
  pattern?: string;
}

/** JSON Schema of a runbook's parameters; whatever is not declared is refused. */
export interface ParametersSchema {
  /** Type of the value. */
  type: "object";
  /** Parameters by name. */
  properties: { [name: string]: ParameterSchema };
  /** Parameters that must be given. */
  required: string[];
  /** Undeclared parameters are refused. */
  additionalProperties: false;
}

/** A checked runbook. */
export interface Runbook {
  /** Its name, unique in the library. */
  name: string;
  /** For a person. */
  title: string;
  /** What it is for. */
  description: string;
  /** What it declares to be allowed to do; no step exceeds it. */
  risk: Risk;
  /** What may start it. */
  on: { manual: true };
  /** What a run may set. */
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
