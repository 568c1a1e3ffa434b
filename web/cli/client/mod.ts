/**
 * The CLI's way to a control plane.
 *
 * @module
 */
export { Api, type Connect } from "./api.ts";
export { type Connection, DEFAULT_DATA_DIR, findConnection } from "./connection.ts";
export { follow, parseEvents, type ServerEvent } from "./events.ts";
