/**
 * Checks a step's inputs at the node again: an activity can be started straight at Temporal, past
 * everything the control plane checked.
 *
 * @module
 */
import { type Schema, Validator } from "@cfworker/json-schema";
import { CATALOG, StepFailure, type StepInput } from "../contract/mod.ts";

const validators = new Map<string, Validator>();

/** Throws {@link StepFailure} `invalid_argument` when the inputs do not fit the action. */
export function checkInput(input: StepInput, uses: string): void {
  if (input?.step?.uses !== uses || typeof input.run?.id !== "string") {
    throw new StepFailure("invalid_argument", `this is no input of ${uses}`);
  }
  const { valid, errors } = validatorOf(uses).validate(input.with);
  if (valid) return;
  const last = errors.at(-1);
  const where = last?.instanceLocation.replace(/^#\/?/, "") ?? "";
  throw new StepFailure(
    "invalid_argument",
    `inputs of ${uses}${where === "" ? "" : `, ${where}`}: ${last?.error ?? "they do not fit"}`,
  );
}

function validatorOf(uses: string): Validator {
  const known = validators.get(uses);
  if (known !== undefined) return known;
  const made = new Validator(CATALOG[uses]!.with as Schema, "2020-12", false);
  validators.set(uses, made);
  return made;
}
