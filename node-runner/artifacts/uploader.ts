/**
 * Brings spooled artifacts to the control plane, going on where an interruption left off.
 *
 * @module
 */
import { type CentreClient, CentreError } from "../centre/mod.ts";
import { Backoff } from "../lib/backoff.ts";
import { errorText, log, StateLog } from "../lib/log.ts";
import { aborted, sleep } from "../lib/sleep.ts";
import type { ArtifactMeta, ArtifactSpool, SpooledArtifact } from "./spool.ts";
import type { ArtifactRef } from "../../activities/contract/mod.ts";

/** Bytes per request. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Uploads one artifact after the other. */
export class Uploader {
  readonly #spool: ArtifactSpool;
  readonly #centre: CentreClient;
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  readonly #state = new StateLog("upload");
  #wake = Promise.withResolvers<void>();

  /** Uploads what lies in `spool`. */
  constructor(spool: ArtifactSpool, centre: CentreClient) {
    this.#spool = spool;
    this.#centre = centre;
  }

  /**
   * Spools the file at `path` and waits for its upload for at most `waitMs`; after that it is
   * still on its way, and safe on disk.
   *
   * @throws {SpoolFullError}
   */
  async publish(
    path: string,
    meta: ArtifactMeta,
    options: { waitMs: number; signal?: AbortSignal },
  ): Promise<ArtifactRef> {
    const ref = await this.#spool.add(path, meta);
    const delivered = this.#waiting.get(ref.sha256) ?? Promise.withResolvers<void>();
    this.#waiting.set(ref.sha256, delivered);
    this.#wake.resolve();
    const done = new AbortController();
    const stop = options.signal ? AbortSignal.any([options.signal, done.signal]) : done.signal;
    await Promise.race([delivered.promise, sleep(options.waitMs, stop)]);
    done.abort();
    return ref;
  }

  /** Uploads until `signal` aborts, what an earlier process left behind first. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(200, 10_000);
    while (!signal.aborted) {
      const wake = this.#wake = Promise.withResolvers<void>();
      let failed = false;
      for (const artifact of await this.#spool.pending()) {
        if (signal.aborted) return;
        failed = !await this.#deliver(artifact, signal) || failed;
      }
      if (failed) {
        const done = new AbortController();
        await Promise.race([
          wake.promise,
          sleep(backoff.next(), AbortSignal.any([signal, done.signal])),
        ]);
        done.abort();
      } else {
        backoff.reset();
        await Promise.race([wake.promise, aborted(signal)]);
      }
    }
  }

  /** Returns false when it should be tried again. */
  async #deliver(artifact: SpooledArtifact, signal: AbortSignal): Promise<boolean> {
    const { sha256, name } = artifact.ref;
    try {
      await this.#upload(artifact, signal);
      this.#state.set(undefined);
    } catch (error) {
      const lost = error instanceof Deno.errors.NotFound;
      const refused = error instanceof CentreError && !error.transient &&
        ![401, 403].includes(error.status);
      if (!lost && !refused) {
        if (!signal.aborted) this.#state.set(errorText(error));
        return false;
      }
      log("error", "artifact given up", { sha256, name, reason: errorText(error) });
    }
    await this.#spool.remove(sha256);
    this.#waiting.get(sha256)?.resolve();
    this.#waiting.delete(sha256);
    return true;
  }

  async #upload({ ref, runId }: SpooledArtifact, signal: AbortSignal): Promise<void> {
    using file = await Deno.open(this.#spool.contentPath(ref.sha256));
    const target = {
      sha256: ref.sha256,
      size: ref.bytes,
      kind: ref.kind,
      mediaType: ref.mediaType,
      name: ref.name,
      runId,
    };
    let state = await this.#centre.uploadState(ref.sha256, signal);
    while (!state.complete) {
      const { offset } = state;
      const chunk = await readAt(file, offset, Math.min(CHUNK_BYTES, ref.bytes - offset));
      state = await this.#centre.upload(target, offset, chunk, signal);
      if (!state.complete && state.offset <= offset) {
        throw new CentreError(0, `the control plane stays at byte ${state.offset} of ${ref.name}`);
      }
    }
  }
}

async function readAt(
  file: Deno.FsFile,
  offset: number,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let count = 0; at < size && (count = await file.read(bytes.subarray(at)) ?? 0) > 0;) {
    at += count;
  }
  return bytes.subarray(0, at);
}
