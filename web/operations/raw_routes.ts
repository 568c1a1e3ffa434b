/**
 * Routes that are not JSON in, JSON out: streams, files, pages, the node's API. They stand in the
 * same role table as the operations; what stands in neither is unreachable.
 *
 * @module
 */
import type { Route } from "./define.ts";

const route = (
  method: Route["method"],
  path: string,
  role: Route["role"],
  title: string,
): Route => ({ method, path, role, title });

/** The raw routes by name. */
export const RAW_ROUTES = {
  "health": route("GET", "/healthz", "none", "Health, the one route that answers everybody"),
  "openapi": route("GET", "/api/v1/openapi.json", "viewer", "This API's description"),
  "events": route("GET", "/api/v1/events", "viewer", "Changes of all runs, server-sent"),
  "run.events": route("GET", "/api/v1/runs/{id}/events", "viewer", "Changes of a run, server-sent"),
  "artifact.get": route("GET", "/api/v1/artifacts/{sha256}", "viewer", "An artifact's bytes"),
  "signin.code": route("GET", "/signin", "none", "Sign-in by one-time code"),
  "signin.token": route("POST", "/signin", "none", "Sign-in by token"),
  "node.heartbeat": route("POST", "/node/v1/heartbeat", "node", "A node's facts"),
  "node.events": route("POST", "/node/v1/events", "node", "What a node's guard did"),
  "node.permit.check": route("POST", "/node/v1/permits/check", "node", "Whether it still stands"),
  "node.upload.state": route("GET", "/node/v1/artifacts/{sha256}", "node", "How much has arrived"),
  "node.upload": route("PUT", "/node/v1/artifacts/{sha256}", "node", "A chunk of an artifact"),
  "console": route("GET", "/*", "viewer", "The console"),
} as const;

/** Name of a raw route. */
export type RawRouteName = keyof typeof RAW_ROUTES;
