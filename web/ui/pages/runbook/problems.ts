/**
 * From an API's refusal to the fields it is about, pure.
 *
 * @module
 */
import type { ProblemDetails } from "../../api/types.ts";

/**
 * Messages by field name. `fields` of the problem name them; without it a message that quotes a
 * parameter's name belongs to that parameter.
 */
export function errorsByField(
  problem: Partial<ProblemDetails>,
  names: string[],
): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { path, message } of problem.fields ?? []) {
    const name = path.replace(/^params[./]/, "");
    if (names.includes(name)) errors[name] = message;
  }
  if (Object.keys(errors).length === 0 && problem.code === "invalid_argument") {
    const about = names.find((name) => quotes(problem.detail ?? "", name));
    if (about !== undefined) errors[about] = problem.detail!;
  }
  return errors;
}

function quotes(text: string, name: string): boolean {
  return [`"${name}"`, `'${name}'`, `\`${name}\``, `params.${name}`].some((form) =>
    text.includes(form)
  );
}
