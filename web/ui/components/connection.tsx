/** How fresh the page is. @module */
import type { JSX } from "preact";
import type { Connection } from "../api/stream.ts";

const WORDS: Record<Connection, string> = {
  connecting: "connecting…",
  live: "live",
  lost: "connection lost — trying again; what you see may be old",
  paused: "paused while out of sight",
  ended: "",
};

/** A dot and a word; nothing when the stream has ended. */
export function ConnectionMark(props: { connection: Connection }): JSX.Element | null {
  if (props.connection === "ended") return null;
  return (
    <span class={`connection is-${props.connection}`} role="status">
      <span class="dot" aria-hidden="true" />
      {WORDS[props.connection]}
    </span>
  );
}
