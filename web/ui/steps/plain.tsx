/** Any outputs as names and values. @module */
import type { JSX } from "preact";
import { formatBytes, formatDuration } from "../format/units.ts";

/** Simple values as a list, the rest as JSON; names that end in a unit are read as such. */
export function PlainOutputs(props: { outputs: Record<string, unknown> }): JSX.Element {
  return (
    <dl class="facts">
      {Object.entries(props.outputs).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="num">{present(name, value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function present(name: string, value: unknown): JSX.Element | string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "number" && name.endsWith("Bytes")) return formatBytes(value);
  if (typeof value === "number" && name.endsWith("Ms")) return formatDuration(value);
  if (typeof value === "object") return <pre>{JSON.stringify(value, null, 2)}</pre>;
  return String(value);
}
