/**
 * The plan of what stands in the form, fetched while it is being filled in.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../../api/client.ts";
import type { Plan } from "../../api/types.ts";

const SETTLE_MS = 250;

/** The newest plan; `stale` while a newer one is on its way. A null request asks nothing. */
export function usePlan(
  runbook: string,
  request: { node: string; params: Record<string, unknown>; dryRun: boolean } | null,
): { plan: Plan | null; error: ApiError | null; stale: boolean } {
  const key = request === null ? null : JSON.stringify([runbook, request]);
  const [state, setState] = useState<
    { key: string | null; plan: Plan | null; error: ApiError | null }
  >({ key: null, plan: null, error: null });
  useEffect(() => {
    if (request === null) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const plan = await api.plan(runbook, request, abort.signal);
        setState({ key, plan, error: null });
      } catch (error) {
        if (!abort.signal.aborted) setState({ key, plan: null, error: error as ApiError });
      }
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  return { plan: state.plan, error: state.error, stale: state.key !== key };
}
