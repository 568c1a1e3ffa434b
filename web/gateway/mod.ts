/**
 * The gateway between nodes and Temporal.
 *
 * @module
 */
export { type Gateway, type GatewayOptions, startGateway } from "./gateway.ts";
export { queueOf } from "./rules.ts";
