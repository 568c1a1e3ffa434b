/**
 * Build outputs are keyed by the content they were made from, never by times: a checkout, a branch
 * switch or a copy changes every mtime and no content.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What is hashed. */
export interface Sources {
  /** Folder that all paths are relative to. */
  root: string;
  /** Files and folders, relative to `root`; what does not exist counts as absent, not as an error. */
  paths: string[];
  /** Leaves out files and folders by their path relative to `root`. */
  skip?: (path: string) => boolean;
  /** Further strings that the output depends on, such as a tool's version. */
  extra?: string[];
}

/** A hash (hex) of the names and contents of `sources`. */
export function contentHash(sources: Sources): string {
  const hash = createHash("sha256");
  for (const extra of sources.extra ?? []) hash.update(`extra ${extra}\0`);
  for (const path of sources.paths) addPath(hash, sources, join(sources.root, path));
  return hash.digest("hex");
}

function addPath(hash: ReturnType<typeof createHash>, sources: Sources, path: string): void {
  const name = relative(sources.root, path);
  if (!existsSync(path) || sources.skip?.(name)) return;
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).sort()) addPath(hash, sources, join(path, entry));
    return;
  }
  const bytes = readFileSync(path);
  hash.update(`file ${name} ${bytes.length}\0`).update(bytes);
}

/** Whether `stamp` holds exactly `hash`. */
export function stampMatches(stamp: string, hash: string): boolean {
  try {
    return readFileSync(stamp, "utf8").trim() === hash;
  } catch {
    return false;
  }
}

/** Writes a stamp after everything it vouches for is in place. */
export function writeStamp(stamp: string, hash: string): void {
  Deno.mkdirSync(dirname(stamp), { recursive: true });
  const part = `${stamp}.${Deno.pid}.part`;
  Deno.writeTextFileSync(part, `${hash}\n`);
  Deno.renameSync(part, stamp);
}

/** The sha256 (hex) of a file, read in pieces. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (;;) {
    const read = await file.read(buffer);
    if (read === null) break;
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest("hex");
}
