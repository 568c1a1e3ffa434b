/**
 * The ports of `activities/node`, wired to this host.
 *
 * @module
 */
export { artifactPort, scratchPort } from "./files.ts";
export { permitAuthority } from "./permits.ts";
export { collectorPort, guardPort } from "./native.ts";
