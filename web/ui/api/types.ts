/**
 * The API's types as the console sees them: inferred from the shapes, so that only types cross and
 * no validator is bundled.
 *
 * @module
 */
import type { z } from "zod";
import type * as shapes from "../../operations/shapes.ts";

export type RunStatus = z.infer<typeof shapes.RunStatus>;
export type StepStatus = z.infer<typeof shapes.StepStatus>;
export type Artifact = z.infer<typeof shapes.Artifact>;
export type StepError = z.infer<typeof shapes.StepError>;
export type Step = z.infer<typeof shapes.Step>;
export type RunSummary = z.infer<typeof shapes.RunSummary>;
export type Run = z.infer<typeof shapes.Run>;
export type RunbookSummary = z.infer<typeof shapes.RunbookSummary>;
export type Runbook = z.infer<typeof shapes.Runbook>;
export type Node = z.infer<typeof shapes.Node>;
export type ProblemDetails = z.infer<typeof shapes.ProblemDetails>;
export type Risk = RunbookSummary["risk"];
export type Level = NonNullable<Node["level"]>;

/** A page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** The part of a plan that the console shows before a run starts. */
export interface PlanNode {
  kind: "action" | "parallel";
  id: string;
  path: string;
  title: string;
  if?: string;
  uses?: string;
  where?: "node" | "centre";
  risk?: Risk;
  timeoutMs?: number;
  continueOnError?: boolean;
  with?: Record<string, unknown>;
  steps?: PlanNode[];
}

/** A plan, as `runbook.plan` answers. */
export interface Plan {
  hash: string;
  node: string;
  dryRun: boolean;
  risk: Risk;
  concurrencyKey: string | null;
  params: Record<string, unknown>;
  steps: PlanNode[];
}
