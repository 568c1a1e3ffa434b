/**
 * The plan: what a runbook and its parameters come down to, as plain JSON. Pure code makes it
 * (`parse` → `plan`), the database pins it, and one deterministic workflow interprets it.
 *
 * @module
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What an action may do to the machine, in order of severity. */
export type Risk = "observe" | "reversible" | "disruptive";

/**
 * A value of a step's `with:`; a string that is wholly `${{ cel }}` becomes the expression's value,
 * one that contains `${{ cel }}` becomes text. Parameters are already resolved in a plan where the
 * expression depends on nothing else.
 */
export type Template = Json;

/** How often and how patiently a failed attempt is repeated. */
export interface RetryPolicy {
  /** Attempts in all, 1 to 100. */
  attempts: number;
  /** Milliseconds before the second attempt. */
  delayMs: number;
  /** Factor from one delay to the next. */
  backoff: number;
  /** Longest delay, milliseconds. */
  maxDelayMs: number;
}

/** Fields that every node of the plan has. */
export interface PlanNodeBase {
  /** Unique within its parent, `[a-z][a-z0-9_-]*`. */
  id: string;
  /** Ids from the root, joined by `/`; identifies the step in records, permits and orders. */
  path: string;
  /** For a person. */
  title: string;
  /** CEL condition; without one a step runs while nothing before it failed. */
  if?: string;
}

/** One action on a node or at the centre. */
export interface ActionStep extends PlanNodeBase {
  /** Tells the nodes apart. */
  kind: "action";
  /** The action's name, e.g. `memory.detect`; also the Temporal activity type. */
  uses: string;
  /** Where it runs. */
  where: "node" | "centre";
  /** What it may do; `disruptive` needs a permit. */
  risk: Risk;
  /** Inputs, possibly with expressions. */
  with: { [key: string]: Template };
  /** Milliseconds for the step, all attempts and delays included. */
  timeoutMs: number;
  /** How often and how patiently it is repeated. */
  retry: RetryPolicy;
  /** When true a failure is recorded and the run goes on as if the step had succeeded. */
  continueOnError: boolean;
}

/** Steps that run at the same time; it ends when all have ended. */
export interface ParallelStep extends PlanNodeBase {
  /** Tells the nodes apart. */
  kind: "parallel";
  /** The steps, in order. */
  steps: PlanNode[];
}

/** A node of the plan; `switch`, `forEach` and sub-runbooks will join this union. */
export type PlanNode = ActionStep | ParallelStep;

/** A runbook, checked, with its parameters filled in. */
export interface Plan {
  /** Major version of the interpreter that must run it. */
  interpreter: "runbook-v1";
  /** The runbook it came from. */
  runbook: { name: string; title: string; /** sha256 (hex) of the file. */ hash: string };
  /** sha256 (hex) of the canonical JSON of this plan without this field. */
  hash: string;
  /** Node id the `node` steps run on. */
  node: string;
  /** Parameters after defaults, valid against the runbook's schema. */
  params: { [name: string]: Json };
  /** Nothing is changed; disruptive actions only say what they would do. */
  dryRun: boolean;
  /** The highest risk of any step. */
  risk: Risk;
  /** Runs with the same key do not run at the same time; null when there is no limit. */
  concurrencyKey: string | null;
  /** The steps, in order. */
  steps: PlanNode[];
}
