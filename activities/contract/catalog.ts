/**
 * Every action a runbook may use: where it runs, what it may do, and the JSON Schema of its inputs.
 * The parser checks runbooks against it, the planner fills defaults from it.
 *
 * @module
 */
import type { Json } from "./step.ts";

/** One action. */
export interface Action {
  /** For a person, one line. */
  title: string;
  /** Where it runs. */
  where: "node" | "centre";
  /** What it may do. */
  risk: "observe" | "reversible" | "disruptive";
  /** JSON Schema of `with`. */
  with: { [key: string]: Json };
  /** Milliseconds, when the step gives no `timeout`. */
  timeoutMs: number;
  /** Seconds without a heartbeat after which the node counts as gone. */
  heartbeatMs: number;
  /** Whether the activity receives the records of the steps before it. */
  needsHistory?: boolean;
}

const SCOPE = {
  type: "string",
  description: "`node`, or `cgroup:/path` below the memory controller's root",
  pattern: "^(node|cgroup:/[^\\u0000-\\u001f]{1,512})$",
} as const;

const TARGET = {
  type: "string",
  description: "headroom to reach: a share such as `20%`, or bytes such as `512MiB`",
  pattern: "^\\d{1,15}(\\.\\d{1,3})?(%|B|KiB|MiB|GiB|TiB)?$",
} as const;

/** Action name → action. */
export const CATALOG: { readonly [name: string]: Action } = {
  "memory.detect": {
    title: "Level and headroom of a scope",
    where: "node",
    risk: "observe",
    with: {
      type: "object",
      properties: { scope: SCOPE },
      required: ["scope"],
      additionalProperties: false,
    },
    timeoutMs: 60_000,
    heartbeatMs: 3_000,
  },
  "memory.panorama": {
    title: "Every byte of memory explained",
    where: "node",
    risk: "observe",
    with: {
      type: "object",
      properties: { scope: SCOPE },
      required: ["scope"],
      additionalProperties: false,
    },
    timeoutMs: 30_000,
    heartbeatMs: 3_000,
  },
  "memory.plan": {
    title: "Who would be killed, and who is left alone",
    where: "node",
    risk: "observe",
    with: {
      type: "object",
      properties: {
        scope: SCOPE,
        target: TARGET,
        policy: { type: "string", maxLength: 65_536, description: "central policy, YAML" },
      },
      required: ["scope"],
      additionalProperties: false,
    },
    timeoutMs: 10_000,
    heartbeatMs: 3_000,
  },
  "memory.relieve": {
    title: "Free memory by policy, through the guard",
    where: "node",
    risk: "disruptive",
    with: {
      type: "object",
      properties: {
        scope: SCOPE,
        target: TARGET,
        grace: { type: ["string", "integer"], pattern: "^\\d{1,6}(ms|s|m)$", minimum: 0 },
        minLevel: { enum: ["ok", "warning", "urgent", "critical"] },
        maxVictims: { type: "integer", minimum: 1, maximum: 1024 },
      },
      required: ["scope"],
      additionalProperties: false,
    },
    timeoutMs: 120_000,
    heartbeatMs: 3_000,
  },
  "cpu.hotspots": {
    title: "eBPF profile of a scope",
    where: "node",
    risk: "observe",
    with: {
      type: "object",
      properties: {
        scope: SCOPE,
        seconds: { type: "integer", minimum: 1, maximum: 120 },
        hz: { type: "integer", minimum: 1, maximum: 999 },
      },
      required: ["scope"],
      additionalProperties: false,
    },
    timeoutMs: 180_000,
    heartbeatMs: 3_000,
  },
  "gpu.status": {
    title: "NVML status and processes",
    where: "node",
    risk: "observe",
    with: { type: "object", properties: {}, additionalProperties: false },
    timeoutMs: 60_000,
    heartbeatMs: 3_000,
  },
  "report.compose": {
    title: "Write the report",
    where: "centre",
    risk: "observe",
    with: {
      type: "object",
      properties: { title: { type: "string", maxLength: 200 } },
      additionalProperties: false,
    },
    timeoutMs: 60_000,
    heartbeatMs: 10_000,
    needsHistory: true,
  },
};
