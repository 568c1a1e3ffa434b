/**
 * The guard's events, forwarded.
 *
 * @module
 */
export { forwardEvents } from "./forwarder.ts";
export { EVENT_LIMIT, EventSpool, type NodeEvent } from "./spool.ts";
