/**
 * Cancelling a run: says first what will stop and what will not.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api, ApiError } from "../../api/client.ts";
import type { Run } from "../../api/types.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Failure } from "../../components/notice.tsx";
import { plural } from "../../format/units.ts";

/** The question, and the request when it is affirmed. */
export function CancelDialog(
  props: { run: Run; onClose: () => void; onCancelled: (run: Run) => void },
): JSX.Element {
  const { run } = props;
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const active = run.steps.filter((step) => step.status === "running" || step.status === "waiting");
  const pending = run.steps.filter((step) => step.status === "pending").length;
  const ended = run.steps.length - active.length - pending;
  const disruptive = active.some((step) => step.uses === "memory.relieve");

  const confirm = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      props.onCancelled(await api.cancel(run.id, reason.trim()));
      props.onClose();
    } catch (failure) {
      setError(failure as ApiError);
      setBusy(false);
    }
  };
  return (
    <Dialog title="Cancel this run?" onClose={props.onClose}>
      <form onSubmit={confirm}>
        <p>
          <strong>Will be stopped:</strong> {active.length > 0
            ? `the ${active.length === 1 ? "step" : "steps"} now at work (${
              active.map((step) => step.title).join(", ")
            })`
            : "whatever is at work when the cancel arrives"}
          {pending > 0 &&
            `, and ${plural(pending, "step")} that ${
              pending === 1 ? "has" : "have"
            } not started will not start`}. No further permit is given, so nothing more is ended.
        </p>
        <p>
          <strong>Will not be undone:</strong> {disruptive
            ? "a process that has been signalled already stays signalled; the guard stops before the next one. "
            : ""}
          {ended > 0
            ? `${plural(ended, "step")} already ended, with ${
              ended === 1 ? "its" : "their"
            } records and artifacts kept. `
            : ""}
          The guard's own reflex on the node is not part of this run and goes on watching.
        </p>
        <label class="field">
          <span>Reason (kept in the audit)</span>
          <input
            type="text"
            maxLength={500}
            value={reason}
            onInput={(event) =>
              setReason(event.currentTarget.value)}
          />
        </label>
        {error && <Failure error={error} what="The cancel was not accepted." />}
        <div class="actions">
          <button type="submit" class="danger" disabled={busy}>
            {busy ? "Cancelling…" : "Cancel the run"}
          </button>
          <button type="button" onClick={props.onClose}>Keep it running</button>
        </div>
      </form>
    </Dialog>
  );
}
