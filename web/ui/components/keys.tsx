/**
 * The keyboard: everything that the mouse can do.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { navigate } from "../router/router.tsx";
import { Dialog } from "./dialog.tsx";

const PLACES: Record<string, string> = { h: "/", r: "/runs", b: "/runbooks", n: "/nodes" };
const CHORD_MS = 1200;

const HELP: [keys: string[], meaning: string][] = [
  [["j", "k"], "next, previous row or step"],
  [["Enter"], "open the row, unfold the step"],
  [["g", "h"], "go to the overview"],
  [["g", "r"], "go to the runs"],
  [["g", "b"], "go to the runbooks"],
  [["g", "n"], "go to the nodes"],
  [["/"], "to the first filter or field"],
  [["Esc"], "close a dialog"],
  [["?"], "show these keys"],
];

/** Listens to the keys of the whole console and shows them on `?`. */
export function Keyboard(props: { open: boolean; setOpen: (open: boolean) => void }): JSX.Element {
  const { open, setOpen } = props;
  const chordAt = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const { key } = event;
      if (Date.now() - chordAt.current < CHORD_MS && Object.hasOwn(PLACES, key)) {
        event.preventDefault();
        chordAt.current = 0;
        return navigate(PLACES[key]!);
      }
      if (key === "g") chordAt.current = Date.now();
      else if (key === "?") setOpen(true);
      else if (key === "j" || key === "k") moveFocus(key === "j" ? 1 : -1);
      else if (key === "/") {
        document.querySelector<HTMLElement>("main :is(select, input:not([type=hidden]))")?.focus();
      } else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [setOpen]);

  return (
    <>
      {open && (
        <Dialog title="Keys" onClose={() => setOpen(false)}>
          <dl class="keys">
            {HELP.map(([keys, meaning]) => (
              <div key={meaning}>
                <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
          <form method="dialog">
            <button type="submit">Close</button>
          </form>
        </Dialog>
      )}
    </>
  );
}

/** Moves the focus among the elements marked `data-row`. */
function moveFocus(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by;
  const row = rows[Math.min(rows.length - 1, Math.max(0, next))]!;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
