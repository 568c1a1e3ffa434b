/**
 * The way to the guard and the collector: length-prefixed JSON over a Unix socket.
 *
 * @module
 */
export { type CallOptions, type ClientOptions, NativeClient } from "./client.ts";
export { Connection, type NativeEvent, type RequestLimits } from "./connection.ts";
export { NativeError, type NativeErrorCode } from "./errors.ts";
