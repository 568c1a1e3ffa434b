/**
 * Artifacts on their way to the control plane, kept on disk until it has them.
 *
 * `<dir>/<sha256>.bin` is the content; `<dir>/<sha256>.json` beside it says what it is and is
 * written last, so that a content without it is the rest of a crash.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ArtifactRef } from "../../activities/contract/mod.ts";
import { removeIfThere, writeAtomically } from "../lib/files.ts";

/** Most bytes that may wait; beyond it new artifacts are refused. */
export const SPOOL_BYTES = 512 * 1024 * 1024;
/** Largest artifact the control plane takes. */
export const ARTIFACT_BYTES = 256 * 1024 * 1024;

/** One waiting artifact. */
export interface SpooledArtifact {
  /** What the step reports. */
  ref: ArtifactRef;
  /** The run it belongs to. */
  runId: string;
}

/** What an artifact is, as its maker knows it. */
export type ArtifactMeta = Pick<ArtifactRef, "kind" | "mediaType" | "name" | "capturedAt"> & {
  runId: string;
};

/** The spool has no room; the control plane has been away for long, or the file is huge. */
export class SpoolFullError extends Error {
  /** Tells it from other errors. */
  override readonly name = "SpoolFullError";
}

/** A folder of waiting artifacts. */
export class ArtifactSpool {
  readonly #dir: string;
  readonly #maxBytes: number;

  /** Keeps at most `maxBytes` in `dir`. */
  constructor(dir: string, maxBytes = SPOOL_BYTES) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
  }

  /** Makes the folder and clears what a crash left half done. */
  async open(): Promise<void> {
    await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const names = new Set<string>();
    for await (const { name } of Deno.readDir(this.#dir)) names.add(name);
    for (const name of names) {
      const known = /^([0-9a-f]{64})\.(bin|json)$/.exec(name);
      const other = known?.[2] === "bin" ? `${known[1]}.json` : `${known?.[1]}.bin`;
      if (!known || !names.has(other)) await removeIfThere(join(this.#dir, name));
    }
  }

  /**
   * Takes over the file at `path` (it is moved) and hashes it.
   *
   * @throws {SpoolFullError}
   */
  async add(path: string, { runId, ...meta }: ArtifactMeta): Promise<ArtifactRef> {
    const { sha256, bytes } = await digest(path);
    const ref: ArtifactRef = { sha256, bytes, ...meta };
    await this.#admit(bytes, meta.name);
    await Deno.chmod(path, 0o600);
    await Deno.rename(path, this.contentPath(sha256));
    await writeAtomically(
      join(this.#dir, `${sha256}.json`),
      JSON.stringify({ ref, runId } satisfies SpooledArtifact),
    );
    return ref;
  }

  /** Where an artifact's content lies. */
  contentPath(sha256: string): string {
    return join(this.#dir, `${sha256}.bin`);
  }

  /** Everything that waits, oldest first. */
  async pending(): Promise<SpooledArtifact[]> {
    const found: SpooledArtifact[] = [];
    for await (const { name } of Deno.readDir(this.#dir)) {
      if (!name.endsWith(".json")) continue;
      found.push(JSON.parse(await Deno.readTextFile(join(this.#dir, name))));
    }
    return found.sort((a, b) => a.ref.capturedAt.localeCompare(b.ref.capturedAt));
  }

  /** Forgets an artifact. */
  async remove(sha256: string): Promise<void> {
    await removeIfThere(join(this.#dir, `${sha256}.json`));
    await removeIfThere(this.contentPath(sha256));
  }

  async #admit(bytes: number, name: string): Promise<void> {
    if (bytes > ARTIFACT_BYTES) {
      throw new SpoolFullError(`${name} has ${bytes} bytes, an artifact ${ARTIFACT_BYTES} at most`);
    }
    const waiting = (await this.pending()).reduce((sum, { ref }) => sum + ref.bytes, 0);
    if (waiting + bytes > this.#maxBytes) {
      throw new SpoolFullError(
        `${waiting} bytes wait for the control plane already, ${this.#maxBytes} may`,
      );
    }
  }
}

async function digest(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(256 * 1024);
  using file = await Deno.open(path);
  let bytes = 0;
  for (let count = 0; (count = await file.read(chunk) ?? 0) > 0; bytes += count) {
    hash.update(chunk.subarray(0, count));
  }
  return { sha256: hash.digest("hex"), bytes };
}
