/**
 * A small catalog for tests of the language.
 *
 * @module
 */
import type { ActionCatalog } from "../catalog.ts";

const SCOPE = { type: "string", pattern: "^(node|cgroup:/.+)$", description: "`node` or a cgroup" };

/** One action of each risk, and one at the centre. */
export const TEST_CATALOG: ActionCatalog = {
  look: {
    title: "Look",
    where: "node",
    risk: "observe",
    with: {
      type: "object",
      properties: { scope: SCOPE, depth: { type: "integer", minimum: 1 } },
      required: ["scope"],
      additionalProperties: false,
    },
    timeoutMs: 60_000,
  },
  kill: {
    title: "Kill",
    where: "node",
    risk: "disruptive",
    with: { type: "object", properties: { scope: SCOPE }, additionalProperties: false },
    timeoutMs: 120_000,
  },
  tell: {
    title: "Tell",
    where: "centre",
    risk: "observe",
    with: { type: "object", properties: {}, additionalProperties: false },
    timeoutMs: 60_000,
  },
};
