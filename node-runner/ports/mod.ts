/**
 * The ports of `activities/node`, wired to this host.
 *
 * @module
 */
export { artifactPort, scratchPort } from "./files.ts";
export { collectorPort, guardPort } from "./native.ts";
