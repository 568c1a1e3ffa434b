/**
 * Paths and patterns, pure.
 *
 * @module
 */

/**
 * Matches `/runs/:id` against `/runs/01j…`: the parameters, decoded, or null. A part that is not
 * valid percent-encoding matches nothing.
 */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = split(pattern);
  const given = split(path);
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!;
    if (!part.startsWith(":")) {
      if (part !== value) return null;
      continue;
    }
    try {
      params[part.slice(1)] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return params;
}

function split(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}
