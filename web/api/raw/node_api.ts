/**
 * What nodes send: heartbeats and artifacts. A node speaks for itself only; its id comes from
 * its token.
 *
 * @module
 */
import { z } from "zod";
import * as shapes from "../../operations/shapes.ts";
import type { NodeFacts } from "../../store/mod.ts";
import { DayQuota } from "../access/day_quota.ts";
import { readBytes, readJsonObject } from "../http/body.ts";
import { ApiError } from "../http/errors.ts";
import { check } from "../http/input.ts";
import type { RawCall, RawHandler } from "./raw.ts";

const MAX_CHUNK = 8 * 1024 * 1024;
const MAX_ARTIFACT = 256 * 1024 * 1024;
const MAX_PER_DAY = 2 * 1024 * 1024 * 1024;
const UPLOAD_MS = 120_000;

/** What arrived, finished or not; the store knows what was kept. */
const arrived = new DayQuota(MAX_PER_DAY);

/** Node runners of other versions may tell more; what is not known is left out. */
const Facts = shapes.Node.omit({ id: true, status: true, lastSeenAt: true }).partial();

const Chunk = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  offset: z.int().min(0),
  size: z.int().min(0).max(MAX_ARTIFACT),
});

/** The node that calls. */
export function nodeOf({ principal }: RawCall): string {
  if (principal?.kind !== "node") throw new ApiError("forbidden", "this is for nodes");
  return principal.name;
}

/** `POST /node/v1/heartbeat` */
export const heartbeat: RawHandler = async (call) => {
  const facts = check(Facts, await readJsonObject(call.request, 64 * 1024));
  const serverTime = new Date().toISOString();
  await call.ports.store.nodes.heartbeat(nodeOf(call), facts as NodeFacts, serverTime);
  return Response.json({ ok: true, serverTime });
};

/** `GET /node/v1/artifacts/{sha256}` */
export const uploadState: RawHandler = async (call) => {
  const { sha256 } = check(Chunk.pick({ sha256: true }), call.params);
  return Response.json(await call.ports.artifacts.state(sha256));
};

/** `PUT /node/v1/artifacts/{sha256}?offset=&size=` */
export const upload: RawHandler = async (call) => {
  const { ports } = call;
  const node = nodeOf(call);
  const query = new URL(call.request.url).searchParams;
  const number = (name: string) =>
    /^\d{1,15}$/.test(query.get(name) ?? "") ? +query.get(name)! : NaN;
  if (number("size") > MAX_ARTIFACT) {
    throw new ApiError("too_large", `an artifact has at most ${MAX_ARTIFACT} bytes`);
  }
  const { sha256, offset, size } = check(Chunk, {
    sha256: call.params.sha256,
    offset: number("offset"),
    size: number("size"),
  });
  const dayStart = `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`;
  if (await ports.store.artifacts.addedSince(node, dayStart) + size > MAX_PER_DAY) {
    throw usedUp(node);
  }
  const bytes = await readBytes(call.request, MAX_CHUNK, UPLOAD_MS);
  if (!arrived.take(node, bytes.byteLength)) throw usedUp(node);
  try {
    const state = await ports.artifacts.append(sha256, { offset, size, bytes });
    if (state.complete) {
      const at = new Date().toISOString();
      await ports.store.artifacts.add({ sha256, bytes: state.offset, at, by: node });
    }
    return Response.json(state);
  } catch (error) {
    throw uploadRefusal(error);
  }
};

function usedUp(node: string): ApiError {
  return new ApiError("rate_limited", `node ${node} has used up ${MAX_PER_DAY} bytes for today`);
}

function uploadRefusal(error: unknown): unknown {
  const { name, reason, message } = error as { name?: string; reason?: string; message: string };
  if (name !== "UploadError") return error;
  // 503 makes the node look again where the upload stands; the others it cannot mend.
  if (reason === "offset") return new ApiError("unavailable", message);
  return new ApiError("invalid_argument", message);
}
