/**
 * The actions of a node, as plain functions over ports. The node runner gives each the frame of an
 * activity: heartbeats, cancellation, failures with their code.
 *
 * @module
 */
import type { StepInput, StepOutput } from "../contract/mod.ts";
import { createHotspots } from "./cpu/hotspots.ts";
import { createGpuStatus } from "./gpu/status.ts";
import { createDetect } from "./memory/detect.ts";
import { createPanorama } from "./memory/panorama.ts";
import { createPlan } from "./memory/plan.ts";
import { createRelieve } from "./memory/relieve.ts";
import type { NodePorts } from "./ports.ts";

export type * from "./ports.ts";
export { createDetect, createGpuStatus, createHotspots, createPanorama, createPlan, createRelieve };

/** What a step does; `signal` aborts when the run is cancelled. */
// deno-lint-ignore no-explicit-any -- each action has its own outputs
export type NodeStep = (input: StepInput, signal: AbortSignal) => Promise<StepOutput<any>>;

/** Action name (also the activity type) → step. */
export function createNodeSteps(ports: NodePorts): { [uses: string]: NodeStep } {
  return {
    "memory.detect": createDetect(ports),
    "memory.panorama": createPanorama(ports),
    "memory.plan": createPlan(ports),
    "memory.relieve": createRelieve(ports),
    "cpu.hotspots": createHotspots(ports),
    "gpu.status": createGpuStatus(ports),
  };
}
