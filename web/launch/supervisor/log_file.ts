/**
 * A process's log. The child writes straight to the file, so its last words survive the supervisor;
 * rotation therefore copies and truncates instead of renaming.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";

/** Size at which a log is rotated, in bytes. One old file is kept. */
export const ROTATE_BYTES = 8 * 1024 * 1024;

/** Opens a log for appending and hands its descriptor to `use`; closed afterwards. */
export function withLogFd<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, "a", 0o600);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Moves a log that has grown to `limit` bytes aside, as `<path>.1`. */
export function rotate(path: string, limit: number = ROTATE_BYTES): boolean {
  try {
    if (Deno.statSync(path).size < limit) return false;
    Deno.copyFileSync(path, `${path}.1`);
    // Writers have it open for appending, so they go on at the new end.
    Deno.truncateSync(path, 0);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The last `count` lines of a log; empty when there is none. */
export function lastLines(path: string, count: number): string[] {
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    file.seekSync(Math.max(0, size - 32_768), Deno.SeekMode.Start);
    const buffer = new Uint8Array(32_768);
    const read = file.readSync(buffer) ?? 0;
    const lines = new TextDecoder().decode(buffer.subarray(0, read)).trimEnd().split("\n");
    return lines.slice(-count).filter((line) => line !== "");
  } catch {
    return [];
  }
}
