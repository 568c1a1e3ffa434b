/**
 * Changes of any run, live.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Connection, follow } from "../api/stream.ts";
import type { RunSummary } from "../api/types.ts";

/**
 * Calls `onRun` at every change of any run and `onGap` after a lost connection, when changes may
 * have been missed.
 */
export function useRunsFeed(onRun: (run: RunSummary) => void, onGap: () => void): Connection {
  const [connection, setConnection] = useState<Connection>("connecting");
  const handlers = useRef({ onRun, onGap });
  handlers.current = { onRun, onGap };
  useEffect(() =>
    follow("/api/v1/events", "run", {
      onMessage: (data) => handlers.current.onRun(data as RunSummary),
      onConnection: setConnection,
      onRetry: () => handlers.current.onGap(),
    }), []);
  return connection;
}
