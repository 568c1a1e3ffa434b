/**
 * The API's answers as types.
 *
 * @module
 */
import type { z } from "zod";
import type * as shapes from "../../operations/shapes.ts";

export type Run = z.infer<typeof shapes.Run>;
export type RunSummary = z.infer<typeof shapes.RunSummary>;
export type Step = z.infer<typeof shapes.Step>;
export type Runbook = z.infer<typeof shapes.Runbook>;
export type RunbookSummary = z.infer<typeof shapes.RunbookSummary>;
export type Node = z.infer<typeof shapes.Node>;
export type Validation = z.infer<typeof shapes.Validation>;

/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  nextCursor?: string;
}

/** Whether a run has ended. */
export function hasEnded(run: Pick<Run, "status">): boolean {
  return run.status === "completed" || run.status === "failed" || run.status === "cancelled";
}
