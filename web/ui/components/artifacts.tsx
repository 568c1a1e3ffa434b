/**
 * Artifacts: evidence to take away.
 *
 * @module
 */
import type { JSX } from "preact";
import { artifactPath } from "../api/client.ts";
import type { Artifact } from "../api/types.ts";
import { formatBytes } from "../format/units.ts";
import { Ago } from "./ago.tsx";

const KINDS: Record<string, string> = {
  panorama: "Memory panorama",
  plan: "Kill plan",
  pprof: "CPU profile (pprof)",
  collapsed: "Collapsed stacks",
  report: "Report (JSON)",
  "report-markdown": "Report (Markdown)",
};

/** Artifacts with size, age and hash, each a download. */
export function ArtifactList(props: { artifacts: Artifact[] }): JSX.Element | null {
  if (props.artifacts.length === 0) return null;
  return (
    <ul class="artifacts">
      {props.artifacts.map((artifact) => (
        <li key={`${artifact.sha256} ${artifact.kind}`}>
          <a href={artifactPath(artifact.sha256)} download={artifact.name}>
            <DownloadIcon />
            {Object.hasOwn(KINDS, artifact.kind) ? KINDS[artifact.kind] : artifact.kind}
          </a>
          <span class="muted num">
            {formatBytes(artifact.bytes)} · <Ago at={artifact.capturedAt} /> ·{" "}
            <code title={`sha256 ${artifact.sha256}`}>{artifact.sha256.slice(0, 10)}</code>
          </span>
        </li>
      ))}
    </ul>
  );
}

function DownloadIcon(): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 2v8M4.8 7.2 8 10.4l3.2-3.2M2.5 13.5h11" class="line" />
    </svg>
  );
}
