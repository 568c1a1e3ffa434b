/**
 * What is known of artifacts.
 *
 * @module
 */
import type { ArtifactRef } from "../../../activities/contract/mod.ts";

/** What is known of artifacts; the bytes lie in the artifact directory. */
export interface ArtifactStore {
  /** Notes a complete artifact. */
  add(artifact: { sha256: string; bytes: number; at: string; by: string }): Promise<void>;
  /** What is known of it, with one of its names. */
  get(sha256: string): Promise<
    { sha256: string; bytes: number; createdAt: string; ref: ArtifactRef | null } | null
  >;
  /** Bytes a creator has added since a time. */
  addedSince(by: string, since: string): Promise<number>;
}
