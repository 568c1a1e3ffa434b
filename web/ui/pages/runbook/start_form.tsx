/**
 * Starting a run: parameters, node, dry run or live, and the plan beside them.
 *
 * @module
 */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { api, ApiError } from "../../api/client.ts";
import type { Node, Runbook } from "../../api/types.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Failure } from "../../components/notice.tsx";
import { fieldsOf, type FormText, initialText, readForm } from "../../forms/schema.ts";
import { useMayOperate } from "../../data/session.ts";
import { navigate } from "../../router/router.tsx";
import { Fields } from "./fields.tsx";
import { NodeChoice } from "./node_choice.tsx";
import { PlanPreview } from "./plan_preview.tsx";
import { errorsByField } from "./problems.ts";
import { usePlan } from "./use_plan.ts";

/** What the form is filled with at first. */
export interface StartDefaults {
  node: string | null;
  mode: string | null;
  params: Record<string, unknown>;
}

/** The form of one runbook. */
export function StartForm(
  props: { runbook: Runbook; nodes: Node[]; defaults: StartDefaults },
): JSX.Element {
  const { runbook, nodes, defaults } = props;
  const disruptive = runbook.risk === "disruptive";
  const fields = useMemo(() => fieldsOf(runbook.parameters), [runbook]);
  const [text, setText] = useState<FormText>(() => initialText(fields, defaults.params));
  const [node, setNode] = useState(() => defaults.node ?? firstOnline(nodes));
  const [dryRun, setDryRun] = useState(
    defaults.mode === null ? disruptive : defaults.mode !== "live",
  );
  const [touched, setTouched] = useState(false);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const mayOperate = useMayOperate();

  const read = readForm(fields, text);
  const sound = Object.keys(read.errors).length === 0 && node !== "";
  const { plan, error, stale } = usePlan(
    runbook.name,
    sound ? { node, params: read.values, dryRun } : null,
  );
  const request = { runbook: runbook.name, node, params: read.values, dryRun };
  // The same input pressed twice is one run; another input is another run.
  const idempotencyKey = useMemo(randomKey, [JSON.stringify(request)]);
  const names = fields.map((field) => field.name);
  const told = { ...fromApi(error, names), ...fromApi(refused, names) };
  const errors = { ...told, ...(touched ? read.errors : shownEarly(read.errors, text)) };
  const loose = (failure: ApiError | null) =>
    failure !== null && Object.keys(fromApi(failure, names)).length === 0 ? failure : null;

  const start = async () => {
    setAsking(false);
    setBusy(true);
    setRefused(null);
    try {
      const run = await api.start({ ...request, idempotencyKey });
      navigate(`/runs/${encodeURIComponent(run.id)}`);
    } catch (failure) {
      setRefused(failure as ApiError);
      setBusy(false);
      focusFirstError();
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setTouched(true);
    if (!sound) return focusFirstError();
    if (disruptive && !dryRun) setAsking(true);
    else void start();
  };
  return (
    <div class="start">
      <form class="start-form" onSubmit={submit} noValidate aria-label="Start this runbook">
        <h2>Start</h2>
        <NodeChoice nodes={nodes} value={node} set={setNode} missing={touched && node === ""} />
        <Fields
          fields={fields}
          text={text}
          errors={errors}
          set={(name, value) => {
            setText((old) => ({ ...old, [name]: value }));
            setRefused(null);
          }}
        />
        <ModeChoice dryRun={dryRun} set={setDryRun} disruptive={disruptive} />
        {loose(refused) && <Failure error={refused!} what="The run was not started." />}
        <div class="actions">
          <button
            type="submit"
            class={disruptive && !dryRun ? "danger" : "primary"}
            disabled={busy || !mayOperate}
          >
            {busy
              ? "Starting…"
              : dryRun
              ? "Start dry run"
              : disruptive
              ? "Start live run…"
              : "Start run"}
          </button>
          {!mayOperate && (
            <p class="muted">
              You are signed in as a viewer, who may plan but not start. Ask for an operator's link:
              {" "}
              <code>deno task pitcrew login-link</code>
            </p>
          )}
        </div>
      </form>
      <PlanPreview plan={plan} error={loose(error)} stale={stale && sound} />
      {asking && (
        <Dialog title="Start this live run?" onClose={() => setAsking(false)}>
          <p>
            <strong>{runbook.title}</strong> on node <strong>{node}</strong>
            {typeof read.values.scope === "string" && (
              <>
                , scope <code>{read.values.scope}</code>
              </>
            )}
            . It may end processes, chosen by the node's policy. That cannot be undone; a cancel
            stops before the next one.
          </p>
          <div class="actions">
            <button type="button" class="danger" onClick={() => void start()}>
              Start live run
            </button>
            <button
              type="button"
              onClick={() => {
                setDryRun(true);
                setAsking(false);
              }}
            >
              Make it a dry run
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function ModeChoice(
  props: { dryRun: boolean; set: (dryRun: boolean) => void; disruptive: boolean },
): JSX.Element {
  return (
    <fieldset class="field modes">
      <legend>What may it do?</legend>
      <label>
        <input type="radio" name="mode" checked={props.dryRun} onChange={() => props.set(true)} />
        <span>
          <strong>Dry run</strong>
          <span class="muted">
            Looks, plans and reports with the real figures; changes nothing.
          </span>
        </span>
      </label>
      <label>
        <input type="radio" name="mode" checked={!props.dryRun} onChange={() => props.set(false)} />
        <span>
          <strong>Live run</strong>
          <span class="muted">
            {props.disruptive
              ? "May end processes, by the node's policy. Asks once more before it starts."
              : "Carries out every step."}
          </span>
        </span>
      </label>
    </fieldset>
  );
}

/** Random enough also where the page is not served over a secure origin. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromApi(error: ApiError | null, names: string[]): Record<string, string> {
  return error === null ? {} : errorsByField(error.problem, names);
}

/** Before the first attempt only what was entered is judged, not what is still empty. */
function shownEarly(errors: Record<string, string>, text: FormText): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).filter(([name]) => text[name]?.trim() !== ""));
}

function firstOnline(nodes: Node[]): string {
  return nodes.find((node) => node.status === "online")?.id ?? "";
}

/** After the next drawing, so that the fields carry their marks. */
function focusFirstError(): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus()
  );
}
