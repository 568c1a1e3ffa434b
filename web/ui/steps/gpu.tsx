/** `gpu.status`: cards and their processes. @module */
import type { JSX } from "preact";
import type { GpuOutputs } from "../api/outputs.ts";
import { CellBar } from "../components/bars.tsx";
import { formatBytes, formatShare, plural } from "../format/units.ts";
import type { StepViewProps } from "./mod.tsx";

/** One card a device; nothing for a skipped step, whose reason stands above. */
export function GpuView(props: StepViewProps): JSX.Element | null {
  const outputs = props.step.outputs as unknown as GpuOutputs;
  if (!Array.isArray(outputs.devices)) return null;
  return <GpuCards gpu={outputs} />;
}

/** The cards of a node. */
export function GpuCards(props: { gpu: GpuOutputs }): JSX.Element {
  const { gpu } = props;
  return (
    <>
      <p class="muted">Driver {gpu.driverVersion} · {plural(gpu.devices.length, "card")}</p>
      <div class="cards">
        {gpu.devices.map((device) => (
          <section class="card" key={device.uuid} aria-label={`GPU ${device.index}`}>
            <h3>
              GPU {device.index} · {device.name}
            </h3>
            <p class="num">
              {formatBytes(device.memoryUsedBytes)} of {formatBytes(device.memoryTotalBytes)}{" "}
              in use · {formatShare(device.memoryUsedBytes, device.memoryTotalBytes)}
            </p>
            <CellBar share={device.memoryUsedBytes / device.memoryTotalBytes} />
            <dl class="facts">
              <div>
                <dt>Busy</dt>
                <dd class="num">{unit(device.utilizationPercent, "%")}</dd>
              </div>
              <div>
                <dt>Temperature</dt>
                <dd class="num">{unit(device.temperatureC, "°C")}</dd>
              </div>
              <div>
                <dt>Power</dt>
                <dd class="num">{unit(device.powerW, "W")}</dd>
              </div>
            </dl>
            {device.processes.length > 0 && (
              <ul class="plain num">
                {device.processes.map((one) => (
                  <li key={one.pid}>
                    pid {one.pid} ·{" "}
                    {one.memoryBytes === null ? "size not told" : formatBytes(one.memoryBytes)}
                  </li>
                ))}
              </ul>
            )}
          </section>
        ))}
      </div>
    </>
  );
}

function unit(value: number | null, name: string): string {
  return value === null ? "—" : `${value} ${name}`;
}
