/**
 * Holds an import graph against the layers.
 *
 * @module
 */
import type { Edge } from "./graph.ts";
import { FOR_TESTS, type Layer } from "./rules.ts";

/** The edges that no rule allows, one readable line each. */
export function violations(edges: Edge[], layers: Layer[]): string[] {
  const lines = edges.flatMap((edge) => {
    const problem = problemOf(edge, layers);
    return problem === undefined ? [] : [`${edge.from} imports ${edge.to}: ${problem}`];
  });
  return [...new Set(lines)].sort();
}

function problemOf({ from, to, typeOnly }: Edge, layers: Layer[]): string | undefined {
  const own = layerOf(from, layers);
  if (!own) return "its folder is not in the table of layers";
  const external = to.includes(":");
  const target = external ? undefined : layerOf(to, layers);
  if (!external && !target) return "that folder is not in the table of layers";
  if (target === own) return undefined;
  const wanted = target?.path ?? to;
  const allowed = [
    ...own.may,
    ...(isTest(from) ? FOR_TESTS : []),
    ...(typeOnly || isTest(from) ? own.types ?? [] : []),
  ];
  if (allowed.some((pattern) => matches(pattern, wanted, external))) return undefined;
  const asType = own.types?.some((pattern) => matches(pattern, wanted, external));
  return asType ? `${own.path} may import its types only` : `${own.path} may not import ${wanted}`;
}

/** The layer with the longest path that `file` lies under. */
function layerOf(file: string, layers: Layer[]): Layer | undefined {
  return layers
    .filter(({ path }) => file === path || file.startsWith(`${path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

function isTest(file: string): boolean {
  return /_test\.tsx?$|(^|\/)testing(\.ts$|\/)/.test(file);
}

function matches(pattern: string, wanted: string, external: boolean): boolean {
  if (pattern === "*") return !external;
  if (pattern.endsWith("*")) return wanted.startsWith(pattern.slice(0, -1));
  return pattern === wanted;
}
