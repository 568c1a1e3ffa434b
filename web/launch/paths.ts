/**
 * Where things lie in the checkout.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT: string = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** An absolute path from one that is relative to the repository's root. */
export function inRepo(...parts: string[]): string {
  return join(ROOT, ...parts);
}

/** The native programs, as built for release. */
export const NATIVE_BIN: string = inRepo("native/target/release");

/** The console's built files. */
export const UI_DIST: string = inRepo("web/ui/dist");

/** The workflow bundle that the control plane's worker loads. */
export const WORKFLOW_BUNDLE: string = inRepo("workflows/dist/bundle.js");

/** Pitcrew's cache: `$XDG_CACHE_HOME/pitcrew`, else `~/.cache/pitcrew`. */
export function cacheDir(env: Record<string, string | undefined> = Deno.env.toObject()): string {
  const base = env.XDG_CACHE_HOME || join(env.HOME || "/root", ".cache");
  return join(base, "pitcrew");
}
