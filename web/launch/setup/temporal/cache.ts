/**
 * The installed Temporal server in the user's cache, checked before each use.
 *
 * Hashing 150 MB takes about a second, so beside the binary lies what was verified and the file's
 * identity at that moment; as long as that is unchanged (the change time cannot be set by hand) the
 * hash still holds.
 *
 * @module
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "../../errors.ts";
import { cacheDir } from "../../paths.ts";
import { fileSha256 } from "../content_hash.ts";
import { PINS, TEMPORAL_VERSION } from "./pins.ts";

/** What was true when the hash was checked. */
interface Verified {
  sha256: string;
  size: number;
  inode: number;
  changedMs: number;
}

/** The folder of the installed server. */
export function installDir(): string {
  return join(cacheDir(), `temporal-${TEMPORAL_VERSION}`);
}

/**
 * The cached server, or undefined where there is none.
 *
 * @throws {LaunchError} when it is not what was installed
 */
export async function cachedTemporal(dir: string = installDir()): Promise<string | undefined> {
  const binary = join(dir, "temporal");
  if (!existsSync(binary)) return undefined;
  const known = readVerified(dir);
  if (known && sameFile(known, binary)) return binary;
  const sha256 = await fileSha256(binary);
  // Without a record only the pinned binary will do: somebody put it there by hand.
  const expected = known?.sha256 ?? PINS[Deno.build.arch]?.binarySha256;
  if (sha256 !== expected) throw changed(binary, `sha256 is ${sha256}, expected ${expected}`);
  rememberVerified(dir, sha256);
  return binary;
}

/** Records that the binary in `dir` was checked and has this hash. */
export function rememberVerified(dir: string, sha256: string): void {
  const { size, ino, ctimeMs } = statSync(join(dir, "temporal"));
  const verified: Verified = { sha256, size, inode: ino, changedMs: ctimeMs };
  const part = join(dir, `verified.${Deno.pid}.part`);
  try {
    Deno.writeTextFileSync(part, JSON.stringify(verified));
    Deno.renameSync(part, join(dir, "verified.json"));
  } catch (error) {
    // A read-only cache still works; it is hashed each time.
    if (!existsSync(join(dir, "verified.json"))) throw error;
  }
}

function readVerified(dir: string): Verified | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(join(dir, "verified.json")));
  } catch {
    return undefined;
  }
}

function sameFile(known: Verified, binary: string): boolean {
  const { size, ino, ctimeMs } = statSync(binary);
  return size === known.size && ino === known.inode && ctimeMs === known.changedMs;
}

function changed(binary: string, how: string): LaunchError {
  return new LaunchError(
    `wrong hash: the cached Temporal server ${binary} is not the one that was installed (${how})`,
    `do not run it; remove it and start again: rm -r ${join(binary, "..")}`,
  );
}
