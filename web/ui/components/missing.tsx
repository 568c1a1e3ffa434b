/** What a machine cannot tell. @module */
import type { JSX } from "preact";
import type { MissingSource } from "../api/outputs.ts";
import { Prose } from "./prose.tsx";

/** Missing sources with their reasons; nothing when all are there. */
export function Missing(props: { sources: MissingSource[] | undefined }): JSX.Element | null {
  const sources = props.sources ?? [];
  if (sources.length === 0) return null;
  return (
    <div class="missing">
      <p>What could not be seen, and why:</p>
      <ul>
        {sources.map((one) => (
          <li key={one.source}>
            <code>{one.source}</code> — <Prose text={one.reason} />
          </li>
        ))}
      </ul>
    </div>
  );
}
