/**
 * Server-sent events: the latest state of a run, or of all of them, after each change.
 *
 * @module
 */
import { mustFind } from "../handlers/runs.ts";
import { runView, summaryView } from "../handlers/views.ts";
import { ApiError } from "../http/errors.ts";
import type { RawCall, RawHandler } from "./raw.ts";

/** Changes within this time are sent as one, milliseconds. */
const COALESCE_MS = 100;
const HEARTBEAT_MS = 15_000;
/** A stream ends after this long, so that a revoked session does not go on listening. */
const LIFE_MS = 3_600_000;
const MAX_STREAMS = 512;
const MAX_STREAMS_EACH = 64;

const streams = new Map<string, number>();

/** What a stream sends for the ids that changed; `true` ends it. */
type Sender = (changed: Set<string>, send: (id: number, data: unknown) => void) => Promise<boolean>;

/** `GET /api/v1/runs/{id}/events` */
export const runEvents: RawHandler = async (call) => {
  const id = call.params.id ?? "";
  await mustFind(call.ports, id);
  let sent = -1;
  return stream(call, [id], async (changed, send) => {
    if (!changed.has(id)) return false;
    const run = await mustFind(call.ports, id);
    if (run.revision > sent) send(run.revision, runView(run));
    sent = run.revision;
    return run.endedAt !== null;
  });
};

/** `GET /api/v1/events` */
export const allEvents: RawHandler = (call) => {
  let seq = 0;
  return Promise.resolve(stream(call, [], async (changed, send) => {
    for (const id of changed) {
      const run = await call.ports.store.runs.get(id);
      if (run) send(++seq, summaryView(run));
    }
    return false;
  }));
};

function stream({ principal, ports }: RawCall, first: string[], sender: Sender): Response {
  const name = `${principal?.kind}/${principal?.name}`;
  const all = [...streams.values()].reduce((sum, count) => sum + count, 0);
  if (all >= MAX_STREAMS || (streams.get(name) ?? 0) >= MAX_STREAMS_EACH) {
    throw new ApiError("rate_limited", "too many event streams are open", {
      hint: "close some tabs or followers",
    });
  }
  streams.set(name, (streams.get(name) ?? 0) + 1);

  const encoder = new TextEncoder();
  const changed = new Set<string>(first);
  let stop = () => {};
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      const send = (id: number, data: unknown) =>
        write(`id: ${id}\nevent: run\ndata: ${JSON.stringify(data)}\n\n`);
      let sending = false;
      let open = true;
      const tick = async () => {
        // A reader that does not keep up is sent only the latest state, when it has room again.
        if (sending || changed.size === 0 || (controller.desiredSize ?? 0) < 0) return;
        sending = true;
        const now = new Set(changed);
        changed.clear();
        try {
          if (await sender(now, (id, data) => open && send(id, data)) && open) end();
        } catch (error) {
          ports.log("warn", "event stream ended", { error: String(error) });
          end();
        }
        sending = false;
      };
      const unsubscribe = ports.bus.subscribe((id) => {
        if (first.length > 0 && !first.includes(id)) return;
        changed.add(id);
      });
      const ticking = setInterval(tick, COALESCE_MS);
      const beating = setInterval(() => write(": still here\n\n"), HEARTBEAT_MS);
      const dying = setTimeout(() => end(), LIFE_MS);
      stop = () => {
        if (!open) return;
        open = false;
        unsubscribe();
        clearInterval(ticking);
        clearInterval(beating);
        clearTimeout(dying);
        ports.ending.removeEventListener("abort", end);
        streams.set(name, (streams.get(name) ?? 1) - 1);
        if (streams.get(name) === 0) streams.delete(name);
      };
      const end = () => {
        if (!open) return;
        stop();
        controller.close();
      };
      ports.ending.addEventListener("abort", end);
      write(": connected\n\n");
      tick();
    },
    cancel: () => stop(),
  }, { highWaterMark: 16 });
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" },
  });
}
