/**
 * The HTTP API of the control plane.
 *
 * @module
 */
export { type Api, createApi, honoPath } from "./api.ts";
export type { Principal } from "./access/principal.ts";
export { AccessRegistry, newSecret } from "./access/registry.ts";
export { isOnline, OFFLINE_AFTER_MS } from "./handlers/views.ts";
export type * from "./ports.ts";
