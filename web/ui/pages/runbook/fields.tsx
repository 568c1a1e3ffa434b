/**
 * The fields of a runbook's parameters.
 *
 * @module
 */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { Prose } from "../../components/prose.tsx";
import { type Field, type FormText, rangeHint, textOf } from "../../forms/schema.ts";

/** One labelled control a parameter, its error below it. */
export function Fields(
  props: {
    fields: Field[];
    text: FormText;
    errors: Record<string, string>;
    set: (name: string, value: string) => void;
  },
): JSX.Element {
  return (
    <>
      {props.fields.map((field) => (
        <ParameterField
          key={field.name}
          field={field}
          value={props.text[field.name] ?? ""}
          error={props.errors[field.name]}
          set={(value) => props.set(field.name, value)}
        />
      ))}
    </>
  );
}

function ParameterField(
  props: { field: Field; value: string; error?: string; set: (value: string) => void },
): JSX.Element {
  const { field, error } = props;
  const id = useId();
  const hint = rangeHint(field.schema);
  const described = [
    field.schema.description && `${id}-about`,
    hint && `${id}-hint`,
    error && `${id}-error`,
  ].filter(Boolean).join(" ");
  const shared: SharedAttributes = {
    id,
    name: field.name,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? true : undefined,
    "aria-required": field.required || undefined,
  };
  return (
    <div class={`field ${error ? "is-wrong" : ""}`}>
      <label for={id}>
        {field.label}
        {field.required && <span class="needed">needed</span>}
        {hint && <span class="muted" id={`${id}-hint`}>{hint}</span>}
      </label>
      <Control {...props} shared={shared} />
      {error && <p class="field-error" id={`${id}-error`}>{error}</p>}
      {field.schema.description && (
        <p class="field-about" id={`${id}-about`}>
          <Prose text={field.schema.description} />
        </p>
      )}
    </div>
  );
}

/** What every control carries, so that its label, hint and error are read out with it. */
interface SharedAttributes {
  id: string;
  name: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  "aria-required"?: true;
}

function Control(
  props: {
    field: Field;
    value: string;
    set: (value: string) => void;
    shared: SharedAttributes;
  },
): JSX.Element {
  const { field, value, set, shared } = props;
  if (field.control === "choice" || field.control === "boolean") {
    const options = field.control === "boolean"
      ? ["true", "false"]
      : field.schema.enum!.map(textOf);
    return (
      <select {...shared} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {!field.required && field.schema.default === undefined && <option value="">—</option>}
        {options.map((option) => <option key={option} value={option}>{option}</option>)}
      </select>
    );
  }
  if (field.control === "json") {
    return (
      <textarea
        {...shared}
        class="mono"
        rows={4}
        spellcheck={false}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    );
  }
  const example = field.schema.examples?.[0];
  return (
    <input
      {...shared}
      type="text"
      inputMode={field.control === "text" ? undefined : "decimal"}
      autocomplete="off"
      spellcheck={false}
      placeholder={example === undefined ? undefined : textOf(example)}
      value={value}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
}
