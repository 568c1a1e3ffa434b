/**
 * What a node's guard did, as the node tells it.
 *
 * @module
 */
import { z } from "zod";
import type { Json } from "../../store/mod.ts";
import { DayQuota } from "../access/day_quota.ts";
import { readJsonObject } from "../http/body.ts";
import { ApiError } from "../http/errors.ts";
import { check } from "../http/input.ts";
import type { RawCall, RawHandler } from "./raw.ts";

/** Events and bytes of them that a node may send in a day; all that counts stays for ever. */
export const EVENTS_PER_DAY = { events: 10_000, bytes: 64 * 1024 * 1024 };

const counted = new DayQuota(EVENTS_PER_DAY.events);
const weighed = new DayQuota(EVENTS_PER_DAY.bytes);
/** Tells which nodes the audit has had its word on today. */
const told = new DayQuota(1);

const Events = z.object({
  events: z.array(z.object({
    kind: z.string().max(40),
    id: z.string().min(1).max(200),
    at: z.iso.datetime(),
    data: z.json(),
  })).max(200),
});

/** `POST /node/v1/events` */
export const nodeEvents: RawHandler = async (call) => {
  const { principal, ports } = call;
  if (principal?.kind !== "node") throw new ApiError("forbidden", "this is for nodes");
  const node = principal.name;
  const { events } = check(Events, await readJsonObject(call.request));
  const bytes = new TextEncoder().encode(JSON.stringify(events)).byteLength;
  if (!weighed.take(node, bytes) || !counted.take(node, events.length)) {
    throw await usedUp(call, node);
  }
  const kept = events
    .filter((event) => event.kind === "intervention" || event.kind === "gap")
    .map(({ id, at, data, kind }) => ({ id, at, body: { kind, data } as Json }));
  const added = await ports.store.nodes.intervened(node, kept, new Date().toISOString());
  return Response.json({ ok: true, added });
};

async function usedUp({ ports }: RawCall, node: string): Promise<ApiError> {
  const { events, bytes } = EVENTS_PER_DAY;
  if (told.take(node, 1)) {
    await ports.store.audit.append([{
      at: new Date().toISOString(),
      actor: { kind: "node", name: node },
      action: "node.events",
      target: `node/${node}`,
      outcome: "refused",
      detail: { reason: "the day's quota is used up", ...EVENTS_PER_DAY },
    }]);
  }
  return new ApiError(
    "rate_limited",
    `node ${node} has used up its ${events} events or ${bytes} bytes of events for today`,
    { hint: "it keeps what it has to tell until tomorrow" },
  );
}
