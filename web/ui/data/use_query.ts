/**
 * Reading from the API in a component.
 *
 * @module
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client.ts";

/** The newest answer; it stays while a refresh fails, with the error beside it. */
export interface Query<T> {
  data: T | null;
  error: ApiError | null;
  loading: boolean;
  reload(): void;
}

/**
 * Asks once per `key` and again every `refreshMs` while the page is in sight; after a failure it
 * tries again every 5 s. A null key asks nothing.
 */
export function useQuery<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  refreshMs?: number,
): Query<T> {
  const [state, setState] = useState<
    { key: string | null; data: T | null; error: ApiError | null }
  >(
    { key, data: null, error: null },
  );
  const [round, setRound] = useState(0);
  const askRef = useRef(ask);
  askRef.current = ask;

  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (ms: number) => {
      timer = setTimeout(() => document.hidden ? again(ms) : turn(), ms);
    };
    const turn = async () => {
      try {
        const data = await askRef.current(abort.signal);
        if (abort.signal.aborted) return;
        setState({ key, data, error: null });
        if (refreshMs !== undefined) again(refreshMs);
      } catch (error) {
        if (abort.signal.aborted) return;
        const failure = error as ApiError;
        setState((old) => ({ key, data: old.key === key ? old.data : null, error: failure }));
        if (failure.status === 0 || failure.status >= 500) again(5000);
      }
    };
    turn();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, refreshMs, round]);

  const fits = state.key === key;
  return {
    data: fits ? state.data : null,
    error: fits ? state.error : null,
    loading: key !== null && (!fits || (state.data === null && state.error === null)),
    reload: useCallback(() => setRound((value) => value + 1), []),
  };
}
