/**
 * Steps that run at the same time, told by their paths, pure.
 *
 * @module
 */

/** Neighbouring steps with the same parent; the parent of the top level is "". */
export interface Group<T> {
  path: string;
  steps: T[];
}

/** Steps in order, gathered by parent. */
export function groupsOf<T extends { path: string }>(steps: T[]): Group<T>[] {
  const groups: Group<T>[] = [];
  for (const step of steps) {
    const path = step.path.split("/").slice(0, -1).join("/");
    const last = groups.at(-1);
    if (last !== undefined && last.path === path) last.steps.push(step);
    else groups.push({ path, steps: [step] });
  }
  return groups;
}
