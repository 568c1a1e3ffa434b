/**
 * The way to the control plane: credentials, node API, heartbeat.
 *
 * @module
 */
export { CentreClient, CentreError, type UploadState, type UploadTarget } from "./client.ts";
export { CredentialsFile, type NodeCredentials, parseCredentials } from "./credentials.ts";
export { HEARTBEAT_MS, heartbeats } from "./heartbeat.ts";
