/**
 * `gpu.status`: what the GPUs hold, or that there is no driver to ask.
 *
 * @module
 */
import { bytesText, count, type GpuStatusOutputs } from "../../contract/mod.ts";
import { checkInput } from "../inputs.ts";
import type { NodePorts } from "../ports.ts";
import type { NodeStep } from "../step.ts";

const DEADLINE_MS = 20_000;
const NO_DRIVER = "no NVIDIA driver";

/** Makes the step. */
export function createGpuStatus(
  { collector }: Pick<NodePorts, "collector">,
): NodeStep<Partial<GpuStatusOutputs>> {
  return async (input, signal) => {
    checkInput(input, "gpu.status");
    const status = await collector.gpuStatus({ deadlineMs: DEADLINE_MS, signal });
    if (!status.available) {
      const reason = status.reason ?? NO_DRIVER;
      return { outputs: {}, artifacts: [], summary: `skipped: ${reason}`, skipped: reason };
    }
    const used = status.devices.reduce((sum, device) => sum + device.memoryUsedBytes, 0);
    const total = status.devices.reduce((sum, device) => sum + device.memoryTotalBytes, 0);
    return {
      outputs: { driverVersion: status.driverVersion ?? "unknown", devices: status.devices },
      artifacts: [],
      summary: `${count(status.devices.length, "GPU", "GPUs")}, ${bytesText(used)} of ` +
        `${bytesText(total)} in use`,
    };
  };
}
