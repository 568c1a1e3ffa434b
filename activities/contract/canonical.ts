/**
 * One text per value, so that both ends of a signature hash the same bytes.
 *
 * @module
 */

/** JSON with the keys of every object in code unit order; undefined members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member) => isRecord(member) ? sorted(member) : member);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) result[key] = value[key];
  return result;
}
