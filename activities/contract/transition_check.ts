/**
 * The bounds of a transition. The workflow keeps to them, and the control plane trusts no workflow
 * that does not.
 *
 * @module
 */
import type { Phase, Transition } from "./transitions.ts";

/** Most that a transition may hold; texts and JSON in characters. */
export const TRANSITION_LIMITS = {
  /** Ids of runs. */
  id: 64,
  /** The path of a step. */
  path: 1_024,
  /** A sentence for a person. */
  text: 8_192,
  /** Outputs as JSON. */
  outputs: 64 * 1024,
  /** Files of one step. */
  artifacts: 100,
  /** Transitions at a time. */
  list: 200,
} as const;

const PHASES: Record<Phase, true> = {
  ...{ running: true, waiting: true, completed: true },
  ...{ failed: true, skipped: true, cancelled: true },
};
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const MOST = 1_000_000_000;

type Check = (value: unknown) => boolean;

const text = (most: number, least = 0): Check => (value) =>
  typeof value === "string" && value.length >= least && value.length <= most;
const count = (least: number): Check => (value) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= MOST;
const time: Check = (value) => typeof value === "string" && TIME.test(value);
const object = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const { id, path, text: sentence } = TRANSITION_LIMITS;

const ERROR: Fields = {
  required: { code: text(100, 1), message: text(sentence) },
  optional: { hint: text(sentence) },
};

const ARTIFACT: Fields = {
  required: {
    sha256: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
    kind: text(100, 1),
    mediaType: text(200),
    bytes: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    name: text(255),
    capturedAt: text(40),
  },
  optional: {},
};

const TRANSITION: Fields = {
  required: {
    runId: text(id, 1),
    temporalRunId: text(id, 1),
    seq: count(1),
    stepPath: text(path),
    attempt: count(0),
    phase: (value) => typeof value === "string" && Object.hasOwn(PHASES, value),
    at: time,
  },
  optional: {
    outputs: (value) => object(value) && JSON.stringify(value).length <= TRANSITION_LIMITS.outputs,
    summary: text(sentence),
    reason: text(sentence),
    error: (value) => misfit(value, ERROR) === undefined,
    tolerated: (value) => typeof value === "boolean",
    artifacts: (value) =>
      Array.isArray(value) && value.length <= TRANSITION_LIMITS.artifacts &&
      value.every((artifact) => misfit(artifact, ARTIFACT) === undefined),
  },
};

interface Fields {
  required: { [name: string]: Check };
  optional: { [name: string]: Check };
}

/** The first field that does not fit; "" when it is no object at all. */
function misfit(value: unknown, { required, optional }: Fields): string | undefined {
  if (!object(value)) return "";
  for (const [name, fits] of Object.entries(required)) {
    if (!Object.hasOwn(value, name) || !fits(value[name])) return name;
  }
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(required, name) || member === undefined) continue;
    if (!Object.hasOwn(optional, name) || !optional[name]!(member)) return name.slice(0, 40);
  }
  return undefined;
}

/** What is wrong with a transition, in words; undefined when it fits. */
export function transitionProblem(value: unknown): string | undefined {
  const field = misfit(value, TRANSITION);
  if (field === undefined) return undefined;
  return field === "" ? "a transition is no object" : `a transition's \`${field}\` does not fit`;
}

/**
 * The transition itself when it fits. Otherwise what is left of it: that it happened, and what kept
 * the rest off the record, so that one odd answer of a node cannot cost a run its end.
 */
export function fittingTransition(transition: Transition): Transition {
  const message = transitionProblem(transition);
  if (message === undefined) return transition;
  const { runId, temporalRunId, seq, stepPath, attempt, phase, at, tolerated } = transition;
  const told = { code: "internal", message: `${message}; it was left out of the record` };
  return {
    ...{ runId, temporalRunId, seq, stepPath, attempt, phase, at },
    ...(phase === "failed" || phase === "waiting" ? { error: told } : { summary: told.message }),
    ...(tolerated === true ? { tolerated } : {}),
  };
}
