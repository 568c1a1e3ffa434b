/**
 * The operations: definitions only, for server, CLI and console alike. The shapes of their answers
 * are in `shapes.ts`.
 *
 * @module
 */
export * from "./define.ts";
export * from "./table.ts";
export * from "./raw_routes.ts";
export { fromQuery, toRequest } from "./query.ts";
