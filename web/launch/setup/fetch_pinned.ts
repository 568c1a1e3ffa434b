/**
 * Downloads that are worth nothing unless their hash is the expected one.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { EXIT, LaunchError, writeError } from "../errors.ts";

/** What {@linkcode fetchPinned} brings. */
export interface PinnedDownload {
  url: string;
  /** Expected hash, hex. */
  sha256: string;
  /** Where the file goes; it appears there only after its hash was checked. */
  to: string;
  /** What it is, for messages. */
  what: string;
  /** How long until the first byte, in ms. */
  connectTimeoutMs?: number;
  /** Bytes so far. */
  onBytes?: (bytes: number) => void;
}

/**
 * Downloads to a temporary name, checks the hash, then moves into place.
 *
 * @throws {LaunchError} unreachable, a wrong hash, or not writable
 */
export async function fetchPinned(download: PinnedDownload): Promise<void> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), download.connectTimeoutMs ?? 5000);
  const host = new URL(download.url).host;
  let response: Response;
  try {
    response = await fetch(download.url, { signal: abort.signal });
  } catch (error) {
    throw new LaunchError(
      `cannot reach ${host} for ${download.what}`,
      "check the network and start again",
      EXIT.unreachable,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new LaunchError(
      `${host} answered ${response.status} for ${download.what}`,
      "try again later",
      EXIT.unreachable,
    );
  }
  const part = `${download.to}.${Deno.pid}.part`;
  const hash = createHash("sha256");
  try {
    using file = await openPart(part, download);
    let bytes = 0;
    for await (const chunk of response.body) {
      hash.update(chunk);
      await writeAll(file, chunk, part, download);
      download.onBytes?.(bytes += chunk.length);
    }
    const got = hash.digest("hex");
    if (got !== download.sha256) throw wrongHash(download.what, download.sha256, got);
    await Deno.rename(part, download.to);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    if (error instanceof LaunchError) throw error;
    throw new LaunchError(
      `the download of ${download.what} from ${host} broke off`,
      "check the network and start again",
      EXIT.unreachable,
      { cause: error },
    );
  }
}

async function openPart(part: string, download: PinnedDownload): Promise<Deno.FsFile> {
  try {
    return await Deno.open(part, { write: true, create: true, truncate: true });
  } catch (error) {
    throw writeError(error, download.what, part, "another HOME or XDG_CACHE_HOME");
  }
}

async function writeAll(
  file: Deno.FsFile,
  chunk: Uint8Array,
  part: string,
  download: PinnedDownload,
): Promise<void> {
  try {
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
  } catch (error) {
    throw writeError(error, download.what, part, "another HOME or XDG_CACHE_HOME");
  }
}

/** The error for content that is not what was pinned. */
export function wrongHash(what: string, expected: string, got: string): LaunchError {
  return new LaunchError(
    `wrong hash: ${what} is not what this version of Pitcrew expects\n` +
      `    expected sha256 ${expected}\n    got             ${got}`,
    "nothing was installed. A proxy may have answered in its place, or the file was changed: " +
      "do not use it, and start again from a network that you trust",
  );
}
