/**
 * The operations: definitions only, for server, CLI and console alike.
 *
 * @module
 */
export * from "./define.ts";
export * from "./table.ts";
export * from "./raw_routes.ts";
export * as shapes from "./shapes.ts";
export { PlanShape } from "./runbooks.ts";
export { fromQuery, toRequest } from "./query.ts";
