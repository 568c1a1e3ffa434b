/**
 * One handler for each raw route.
 *
 * @module
 */
import type { RawRouteName } from "../../operations/mod.ts";
import { artifactGet } from "./artifacts.ts";
import { consoleFiles } from "./console.ts";
import { allEvents, runEvents } from "./events.ts";
import { heartbeat, upload, uploadState } from "./node_api.ts";
import { nodeEvents } from "./node_events.ts";
import { permitCheck } from "./node_permits.ts";
import type { RawHandler } from "./raw.ts";
import { signinByCode, signinByToken } from "./signin.ts";

/** `GET /healthz` */
const health: RawHandler = async ({ ports }) => {
  const answer = await ports.health();
  return Response.json(answer, { status: answer.status === "ok" ? 200 : 503 });
};

/** `GET /api/v1/openapi.json`; made when asked for, since few ask. */
const openapi: RawHandler = async () => {
  const { openApi } = await import("../../operations/openapi.ts");
  return Response.json(openApi());
};

/** All raw handlers; leaving one out does not compile. */
export const RAW_HANDLERS: Record<RawRouteName, RawHandler> = {
  "health": health,
  "openapi": openapi,
  "events": allEvents,
  "run.events": runEvents,
  "artifact.get": artifactGet,
  "signin.code": signinByCode,
  "signin.token": signinByToken,
  "node.heartbeat": heartbeat,
  "node.events": nodeEvents,
  "node.permit.check": permitCheck,
  "node.upload.state": uploadState,
  "node.upload": upload,
  "console": consoleFiles,
};

export { signinPage } from "./signin.ts";
export type { RawCall } from "./raw.ts";
