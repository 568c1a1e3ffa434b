/**
 * One text per value: JSON with sorted keys and no white space, and its sha256. Plans and files are
 * pinned by it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Json } from "./plan.ts";

/** JSON with the keys of every object in code unit order; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value as Json));
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const result: { [key: string]: Json } = Object.create(null);
  for (const key of Object.keys(value).sort()) result[key] = sorted(value[key]!);
  return result;
}

/** sha256 in hex. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
