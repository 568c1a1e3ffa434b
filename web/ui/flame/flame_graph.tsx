/**
 * A flame graph, callers on top. A click zooms, the arrows move, the line below tells the frame.
 *
 * @module
 */
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { formatCount, formatShare } from "../format/units.ts";
import { type Box, type Frame, layOut, parseCollapsed } from "./stacks.ts";

const ROW_PX = 19;

/** Draws collapsed stacks; widths are samples, order within a row has no meaning of time. */
export function FlameGraph(props: { collapsed: string }): JSX.Element {
  const root = useMemo(() => parseCollapsed(props.collapsed), [props.collapsed]);
  const [zoomed, setZoomed] = useState<Frame>(root);
  const [told, setTold] = useState<Frame | null>(null);
  const [wanted, setWanted] = useState("");
  const area = useRef<HTMLDivElement>(null);
  const shown = zoomed === root || isBelow(zoomed, root) ? zoomed : root;
  const boxes = useMemo(() => layOut(shown), [shown]);
  const rows = Math.max(...boxes.map((box) => box.depth)) + 1;
  const needle = wanted.trim().toLowerCase();
  const frame = told ?? shown;

  if (root.total === 0) return <p class="muted">The profile holds no samples.</p>;

  const onKey = (event: KeyboardEvent, box: Box) => {
    const next = neighbour(boxes, box, event.key);
    if (next === null) return;
    event.preventDefault();
    area.current?.querySelector<HTMLElement>(`[data-box="${boxes.indexOf(next)}"]`)?.focus();
  };

  return (
    <div class="flame">
      <div class="flame-tools">
        <label>
          <span class="unseen">Find a function</span>
          <input
            type="search"
            placeholder="Find a function"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        <button type="button" disabled={shown === root} onClick={() => setZoomed(root)}>
          Show all
        </button>
      </div>
      <div
        ref={area}
        class="flame-area"
        role="group"
        aria-label="Flame graph; arrow keys move, Enter zooms"
        style={{ height: `${rows * ROW_PX}px` }}
        onMouseLeave={() => setTold(null)}
      >
        {boxes.map((box, index) => (
          <button
            key={index}
            type="button"
            data-box={index}
            tabIndex={box.frame === shown ? 0 : -1}
            class={`flame-frame ${shade(box.frame, shown)} ${
              needle !== "" && box.frame.name.toLowerCase().includes(needle) ? "is-found" : ""
            }`}
            style={{
              left: `${box.left * 100}%`,
              width: `${box.width * 100}%`,
              top: `${box.depth * ROW_PX}px`,
            }}
            aria-label={spoken(box.frame, root)}
            onClick={() => setZoomed(box.frame)}
            onMouseEnter={() => setTold(box.frame)}
            onFocus={() => setTold(box.frame)}
            onKeyDown={(event) => onKey(event, box)}
          >
            {box.width > 0.02 && box.frame.name}
          </button>
        ))}
      </div>
      <p class="flame-told mono">{spoken(frame, root)}</p>
    </div>
  );
}

function spoken(frame: Frame, root: Frame): string {
  return `${frame.name} — ${formatCount(frame.total)} samples, ${
    formatShare(frame.total, root.total)
  }; itself ${formatShare(frame.self, root.total)}`;
}

/** One of five warm shades by name, cool ones for the kernel, faint above the zoomed frame. */
function shade(frame: Frame, zoomed: Frame): string {
  if (frame !== zoomed && isBelow(zoomed, frame)) return "flame-above";
  let hash = 0;
  for (const char of frame.name) hash = (hash * 31 + char.charCodeAt(0)) | 0;
  const kernel = frame.name.endsWith("_[k]") || frame.name.includes("[kernel");
  return `${kernel ? "flame-kernel" : "flame-user"}-${Math.abs(hash) % 4}`;
}

function isBelow(frame: Frame, ancestor: Frame): boolean {
  for (let at = frame.parent; at !== null; at = at.parent) if (at === ancestor) return true;
  return false;
}

function neighbour(boxes: Box[], box: Box, key: string): Box | null {
  const row = (depth: number) => boxes.filter((other) => other.depth === depth);
  switch (key) {
    case "ArrowUp":
      return boxes.find((other) => other.frame === box.frame.parent) ?? null;
    case "ArrowDown":
      return row(box.depth + 1).find((other) => other.frame.parent === box.frame) ?? null;
    case "ArrowRight":
      return row(box.depth).find((other) => other.left > box.left) ?? null;
    case "ArrowLeft":
      return row(box.depth).findLast((other) => other.left < box.left) ?? null;
    default:
      return null;
  }
}
