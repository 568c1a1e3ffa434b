/**
 * One text for one value: JSON with sorted keys and no spaces, so that equal values hash equally.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Canonical JSON; `undefined` members are left out as JSON does. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    const keys = Object.keys(inner).sort();
    return Object.fromEntries(keys.map((key) => [key, inner[key]]));
  });
}

/** sha256 in lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
