/**
 * Reading, checking and planning runbooks.
 *
 * @module
 */
import type { Json, Plan } from "../../../runbooks/language/plan.ts";
import type { OutputOf } from "../../operations/mod.ts";
import { ApiError } from "../http/errors.ts";
import type { ApiPorts } from "../ports.ts";
import type { Handlers } from "./handler.ts";
import { chooseNode } from "./nodes.ts";

/** Largest source that is checked, bytes. */
const MAX_SOURCE_BYTES = 256 * 1024;

/** Handlers of the operations on runbooks. */
export const runbookHandlers: Handlers<
  "runbook.list" | "runbook.get" | "runbook.validate" | "runbook.plan"
> = {
  // deno-lint-ignore require-await -- handlers are asynchronous
  async "runbook.list"(_input, { ports }) {
    return { items: ports.library.list() };
  },

  // deno-lint-ignore require-await -- handlers are asynchronous
  async "runbook.get"({ name }, { ports }) {
    const runbook = ports.library.get(name);
    if (runbook === null) throw unknownRunbook(ports, name);
    return runbook;
  },

  // deno-lint-ignore require-await -- handlers are asynchronous
  async "runbook.validate"({ source }, { ports }) {
    if (new TextEncoder().encode(source).byteLength > MAX_SOURCE_BYTES) {
      throw new ApiError("too_large", `a runbook has at most ${MAX_SOURCE_BYTES} bytes`);
    }
    return ports.library.validate(source);
  },

  async "runbook.plan"({ name, node, params, dryRun }, { ports }) {
    const chosen = await chooseNode(node, ports);
    const request = { node: chosen.id, params: params ?? {}, dryRun: dryRun ?? false };
    return planFor(ports, name, request) as unknown as OutputOf<"runbook.plan">;
  },
};

/**
 * The plan of a run.
 *
 * @throws {ApiError} for an unknown runbook, or with every parameter that does not fit
 */
export function planFor(
  ports: ApiPorts,
  name: string,
  request: { node: string; params: Record<string, Json>; dryRun: boolean },
): Plan {
  const planned = ports.library.plan(name, request);
  if (planned === null) throw unknownRunbook(ports, name);
  if ("plan" in planned) return planned.plan;
  const errors = planned.problems.filter((problem) => problem.severity === "error");
  const detail = errors.map((problem) => problem.message).join("; ").slice(0, 2000);
  const hint = errors.find((problem) => problem.hint)?.hint;
  throw new ApiError("invalid_argument", detail, {
    ...(hint === undefined ? {} : { hint }),
    problems: planned.problems,
    fields: errors.flatMap(({ message }) => fieldOf(message)),
  });
}

/** The parameter that a problem names first, as a form knows it. */
function fieldOf(message: string): { path: string; message: string }[] {
  const name = /parameter `(\w+)`/.exec(message)?.[1];
  return name === undefined ? [] : [{ path: `params.${name}`, message }];
}

function unknownRunbook(ports: ApiPorts, name: string): ApiError {
  const known = ports.library.list().map((runbook) => runbook.name);
  return new ApiError("not_found", `there is no runbook \`${name}\``, {
    hint: ports.library.suggest(name, known),
    fields: [{ path: "runbook", message: "no such runbook" }],
  });
}
