/**
 * Collapsed stacks (`main;serve;read 12`, one stack a line) to a tree, and the tree to rectangles.
 *
 * @module
 */

/** A function in its place on the stack. */
export interface Frame {
  name: string;
  /** Samples in which it was on the stack here. */
  total: number;
  /** Samples in which it was on top. */
  self: number;
  children: Map<string, Frame>;
  parent: Frame | null;
}

/** A rectangle: `left` and `width` are shares of the zoomed frame, 0 to 1. */
export interface Box {
  frame: Frame;
  depth: number;
  left: number;
  width: number;
}

/** Reads collapsed stacks; lines that do not end with a count are left out. */
export function parseCollapsed(text: string): Frame {
  const root = newFrame("all", null);
  for (const line of text.split("\n")) {
    const space = line.lastIndexOf(" ");
    const count = Number(line.slice(space + 1));
    if (space <= 0 || !Number.isFinite(count) || count <= 0) continue;
    root.total += count;
    let frame = root;
    for (const name of line.slice(0, space).split(";")) {
      let child = frame.children.get(name);
      if (child === undefined) frame.children.set(name, child = newFrame(name, frame));
      child.total += count;
      frame = child;
    }
    frame.self += count;
  }
  return root;
}

/**
 * Boxes of the zoomed frame: its ancestors at full width above it, its callees below, heaviest
 * first. Frames narrower than `minWidth` are left out, so that the page stays small.
 */
export function layOut(zoomed: Frame, minWidth = 0.002): Box[] {
  const above = ancestors(zoomed);
  const boxes: Box[] = above.map((frame, depth) => ({ frame, depth, left: 0, width: 1 }));
  const place = (frame: Frame, depth: number, left: number) => {
    const width = zoomed.total === 0 ? 1 : frame.total / zoomed.total;
    if (width < minWidth) return;
    boxes.push({ frame, depth, left, width });
    let offset = left;
    const heaviestFirst = [...frame.children.values()].sort((a, b) =>
      b.total - a.total || (a.name < b.name ? -1 : 1)
    );
    for (const child of heaviestFirst) {
      place(child, depth + 1, offset);
      offset += zoomed.total === 0 ? 0 : child.total / zoomed.total;
    }
  };
  place(zoomed, above.length, 0);
  return boxes;
}

/** From the root down to the frame's caller. */
export function ancestors(frame: Frame): Frame[] {
  const list: Frame[] = [];
  for (let at = frame.parent; at !== null; at = at.parent) list.unshift(at);
  return list;
}

function newFrame(name: string, parent: Frame | null): Frame {
  return { name, total: 0, self: 0, children: new Map(), parent };
}
