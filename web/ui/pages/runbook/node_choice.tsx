/** On which node. @module */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Node } from "../../api/types.ts";
import { formatBytes } from "../../format/units.ts";

/** A choice among the nodes; one that is offline can be chosen, its steps wait for it. */
export function NodeChoice(
  props: { nodes: Node[]; value: string; set: (id: string) => void; missing: boolean },
): JSX.Element {
  const id = useId();
  const chosen = props.nodes.find((node) => node.id === props.value);
  const unknown = props.value !== "" && chosen === undefined;
  return (
    <div class={`field ${props.missing || unknown ? "is-wrong" : ""}`}>
      <label for={id}>
        Node <span class="needed">needed</span>
      </label>
      <select
        id={id}
        name="node"
        value={props.value}
        aria-describedby={`${id}-about`}
        aria-invalid={props.missing || unknown ? true : undefined}
        onChange={(event) => props.set(event.currentTarget.value)}
      >
        {props.value === "" && <option value="">choose a node</option>}
        {unknown && <option value={props.value}>{props.value} (not registered)</option>}
        {props.nodes.map((node) => (
          <option key={node.id} value={node.id}>
            {node.id}
            {node.hostname ? ` — ${node.hostname}` : ""}
            {node.status === "offline" ? " (offline)" : ""}
          </option>
        ))}
      </select>
      <p class="field-about" id={`${id}-about`}>{about(chosen, props.nodes, unknown)}</p>
    </div>
  );
}

function about(chosen: Node | undefined, nodes: Node[], unknown: boolean): string {
  if (nodes.length === 0) return "No node has registered; `deno task start` brings one up.";
  if (unknown) return "This node is not registered.";
  if (chosen === undefined) return "No node is online.";
  if (chosen.status === "offline") {
    return "This node is offline: a run would be refused or wait until it is back.";
  }
  const memory = chosen.memory === null
    ? ""
    : ` · ${formatBytes(chosen.memory.availableBytes)} of ${
      formatBytes(chosen.memory.totalBytes)
    } available`;
  const guard = chosen.guard === null
    ? "guard not reached"
    : chosen.guard.mode === "observe"
    ? "guard observes: it carries out orders for a cgroup, not for the whole node"
    : "guard enforces";
  return `Level ${chosen.level ?? "unknown"}${memory} · ${guard}`;
}
