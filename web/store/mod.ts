/**
 * The control plane's record: the store's port and its SQLite adapter, the artifact directory and
 * the audit's signed heads.
 *
 * @module
 */
export * from "./port.ts";
export { openSqliteStore } from "./sqlite/open.ts";
export { StoreError } from "./sqlite/channel.ts";
export { ArtifactDirectory, UploadError, type UploadState } from "./artifacts/directory.ts";
export { type AuditCheck, AuditHeads } from "./audit_heads.ts";
