/**
 * Artifacts on disk, named by the sha256 of their content. An upload grows in `<sha256>.part` and
 * only takes its name when the bytes hash to it, so whatever has a name is complete.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";

/** How much of an artifact is there. */
export interface UploadState {
  /** Bytes held. */
  offset: number;
  /** Whether it is all there. */
  complete: boolean;
}

/** Why bytes were not taken. */
export class UploadError extends Error {
  /** For logs. */
  override readonly name = "UploadError";
  /** What does not fit. */
  readonly reason: "hash" | "size" | "offset";

  /** A refusal for `reason`, in words. */
  constructor(reason: UploadError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

const STALE_PART_MS = 24 * 3_600_000;
const HASH = /^[0-9a-f]{64}$/;

/** A folder of artifacts. */
export class ArtifactDirectory {
  readonly #root: string;
  /** One writer per artifact: the end of the queue for each hash. */
  readonly #queues = new Map<string, Promise<unknown>>();

  private constructor(root: string) {
    this.#root = root;
  }

  /** Opens the folder, and forgets uploads that nobody went on with for a day. */
  static async open(root: string): Promise<ArtifactDirectory> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const name of await readdir(root, { recursive: true })) {
      if (!name.endsWith(".part")) continue;
      const { mtimeMs } = await stat(join(root, name));
      if (Date.now() - mtimeMs > STALE_PART_MS) await rm(join(root, name), { force: true });
    }
    return new ArtifactDirectory(root);
  }

  /** How much of `sha256` is there. */
  async state(sha256: string): Promise<UploadState> {
    const complete = await sizeOf(this.#path(sha256));
    if (complete !== null) return { offset: complete, complete: true };
    return { offset: await sizeOf(this.#part(sha256)) ?? 0, complete: false };
  }

  /**
   * Appends a chunk; at `size` bytes the content is hashed and takes its name. A complete artifact
   * takes nothing more, and says so.
   *
   * @throws {UploadError} when the chunk does not continue what is there, is too long, or the
   * whole hashes to something else (what was gathered is then dropped)
   */
  append(
    sha256: string,
    chunk: { offset: number; size: number; bytes: Uint8Array },
  ): Promise<UploadState> {
    return this.#alone(sha256, async () => {
      const state = await this.state(sha256);
      if (state.complete) return state;
      if (chunk.offset !== state.offset) {
        throw new UploadError("offset", `the upload stands at byte ${state.offset}`);
      }
      const end = chunk.offset + chunk.bytes.byteLength;
      if (end > chunk.size) throw new UploadError("size", `${end} bytes exceed ${chunk.size}`);
      await mkdir(this.#folder(sha256), { recursive: true, mode: 0o700 });
      const file = await open(this.#part(sha256), "a", 0o600);
      try {
        await file.writeFile(chunk.bytes);
        if (end === chunk.size) await file.sync();
      } finally {
        await file.close();
      }
      if (end < chunk.size) return { offset: end, complete: false };
      await this.#finish(sha256);
      return { offset: end, complete: true };
    });
  }

  /** Keeps content made here; returns its hash. */
  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await this.#alone(sha256, async () => {
      if ((await this.state(sha256)).complete) return;
      await mkdir(this.#folder(sha256), { recursive: true, mode: 0o700 });
      const file = await open(this.#part(sha256), "w", 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#finish(sha256);
    });
    return sha256;
  }

  /** The content as a stream with its size; null when it is not (wholly) there. */
  async read(
    sha256: string,
  ): Promise<{ bytes: number; stream: ReadableStream<Uint8Array<ArrayBuffer>> } | null> {
    const bytes = await sizeOf(this.#path(sha256));
    if (bytes === null) return null;
    const stream = Readable.toWeb(createReadStream(this.#path(sha256)));
    return { bytes, stream: stream as ReadableStream<Uint8Array<ArrayBuffer>> };
  }

  async #finish(sha256: string): Promise<void> {
    const found = await hashOf(this.#part(sha256));
    if (found !== sha256) {
      await rm(this.#part(sha256));
      throw new UploadError("hash", `the content hashes to ${found}`);
    }
    await rename(this.#part(sha256), this.#path(sha256));
    await syncFolder(this.#folder(sha256));
  }

  #alone<T>(sha256: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(sha256) ?? Promise.resolve()).then(work, work);
    this.#queues.set(sha256, turn);
    const leave = () => {
      if (this.#queues.get(sha256) === turn) this.#queues.delete(sha256);
    };
    turn.then(leave, leave);
    return turn;
  }

  #folder(sha256: string): string {
    if (!HASH.test(sha256)) throw new RangeError(`not a sha256: ${sha256.slice(0, 80)}`);
    return join(this.#root, sha256.slice(0, 2));
  }

  #path(sha256: string): string {
    return join(this.#folder(sha256), sha256);
  }

  #part(sha256: string): string {
    return `${this.#path(sha256)}.part`;
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/** Makes a rename durable. */
async function syncFolder(path: string): Promise<void> {
  const folder: FileHandle = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
