/**
 * The shape of every action of a node.
 *
 * @module
 */
import type { StepInput, StepOutput } from "../contract/mod.ts";

/** What a step does; `signal` aborts when the run is cancelled. */
export type NodeStep<Outputs> = (
  input: StepInput,
  signal: AbortSignal,
) => Promise<StepOutput<Outputs>>;
