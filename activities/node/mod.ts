/**
 * The actions of a node, as plain functions over ports. The node runner gives each the frame of an
 * activity: heartbeats, cancellation, failures with their code.
 *
 * @module
 */
import { createHotspots } from "./cpu/hotspots.ts";
import { createGpuStatus } from "./gpu/status.ts";
import { createDetect } from "./memory/detect.ts";
import { createPanorama } from "./memory/panorama.ts";
import { createPlan } from "./memory/plan.ts";
import { createRelieve } from "./memory/relieve.ts";
import type { NodePorts } from "./ports.ts";
import type { NodeStep } from "./step.ts";

export type { RelievePorts } from "./memory/relieve.ts";
export type * from "./ports.ts";
export type { NodeStep } from "./step.ts";
export { createDetect, createGpuStatus, createHotspots, createPanorama, createPlan, createRelieve };

/** Action name (also the activity type) → step. */
// deno-lint-ignore no-explicit-any -- each action has its own outputs
export function createNodeSteps(ports: NodePorts): { [uses: string]: NodeStep<any> } {
  return {
    "memory.detect": createDetect(ports),
    "memory.panorama": createPanorama(ports),
    "memory.plan": createPlan(ports),
    "memory.relieve": createRelieve(ports),
    "cpu.hotspots": createHotspots(ports),
    "gpu.status": createGpuStatus(ports),
  };
}
