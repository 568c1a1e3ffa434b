/**
 * One run, live.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client.ts";
import { type Connection, follow } from "../api/stream.ts";
import type { Run, RunStatus } from "../api/types.ts";

/** A run, how fresh it is, and what went wrong while reading it. */
export interface LiveRun {
  run: Run | null;
  error: ApiError | null;
  connection: Connection;
  /** Takes over an answer that came another way, e.g. of a cancel. */
  replace(run: Run): void;
}

/** Whether a run will not change any more. */
export function isTerminal(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Reads the run and follows it until it has ended. */
export function useRun(id: string): LiveRun {
  const [run, setRun] = useState<Run | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [connection, setConnection] = useState<Connection>("connecting");

  useEffect(() => {
    setRun(null);
    setError(null);
    const abort = new AbortController();
    let stop = () => {};
    const read = () =>
      api.run(id, abort.signal).then((answer) => {
        setRun(answer);
        setError(null);
        return answer;
      }).catch((failure) => {
        if (!abort.signal.aborted) setError(failure);
        return null;
      });
    const begin = () =>
      read().then((answer) => {
        if (abort.signal.aborted) return;
        if (answer !== null && isTerminal(answer.status)) return setConnection("ended");
        stop = follow(`/api/v1/runs/${encodeURIComponent(id)}/events`, "run", {
          onMessage(data) {
            const next = data as Run;
            setRun(next);
            setError(null);
            return isTerminal(next.status);
          },
          onConnection: setConnection,
          onRetry: read,
        });
      });
    begin();
    return () => {
      abort.abort();
      stop();
    };
  }, [id]);

  return { run, error, connection, replace: setRun };
}
