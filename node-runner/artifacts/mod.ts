/**
 * Artifacts from this node: spooled on disk, uploaded with resume.
 *
 * @module
 */
export {
  ARTIFACT_BYTES,
  type ArtifactMeta,
  ArtifactSpool,
  SPOOL_BYTES,
  type SpooledArtifact,
  SpoolFullError,
} from "./spool.ts";
export { Uploader } from "./uploader.ts";
