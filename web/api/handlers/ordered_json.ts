/**
 * JSON with sorted keys, so that the same request hashes the same however it was written down.
 *
 * @module
 */

/** One text per JSON value. */
export function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_key, member) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.keys(member).sort().map((key) => [key, member[key]]));
  });
}
