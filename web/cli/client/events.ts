/**
 * Server-sent events with resume.
 *
 * @module
 */
import { CliFailure, EXIT } from "../core/failure.ts";
import type { Api } from "./api.ts";

/** One event. */
export interface ServerEvent {
  /** The event's id, for resuming. */
  id: string;
  /** Its name, `message` by default. */
  event: string;
  /** Its data, lines joined. */
  data: string;
}

/** Splits a stream into events; comments and incomplete ones at its end are dropped. */
export async function* parseEvents(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerEvent, void, void> {
  const decoder = new TextDecoder();
  let buffer = "";
  let id = "";
  let event = "message";
  let data: string[] = [];
  for await (const chunk of stream) {
    buffer += decoder.decode(chunk, { stream: true });
    const rows = buffer.split(/\r\n|\n|\r(?!$)/);
    buffer = rows.pop()!;
    for (const row of rows) {
      if (row === "") {
        if (data.length > 0) yield { id, event, data: data.join("\n") };
        event = "message";
        data = [];
        continue;
      }
      const colon = row.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? row : row.slice(0, colon);
      const value = colon < 0 ? "" : row.slice(colon + 1).replace(/^ /, "");
      if (field === "id") id = value;
      else if (field === "event") event = value;
      else if (field === "data") data.push(value);
    }
  }
}

/** Longest time without a control plane before following ends, milliseconds. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Events of `path`, across restarts of the control plane, until the caller stops listening.
 *
 * @param onAway told once per outage, with the reason
 * @throws {CliFailure} when it is refused, interrupted, or away for five minutes
 */
export async function* follow(
  api: Api,
  path: string,
  onAway: (reason: string) => void,
): AsyncGenerator<ServerEvent, void, void> {
  let last = "";
  let awaySince: number | undefined;
  let told = false;
  while (true) {
    try {
      const response = await api.raw(path, {
        accept: "text/event-stream",
        ...(last ? { "last-event-id": last } : {}),
      });
      for await (const event of parseEvents(response.body!)) {
        awaySince = undefined;
        told = false;
        if (event.id) last = event.id;
        yield event;
      }
      awaySince ??= Date.now();
    } catch (error) {
      const failure = error instanceof CliFailure ? error : undefined;
      if (failure && failure.exit !== EXIT.unreachable) throw failure;
      if (!told) onAway((error as Error).message);
      told = true;
      awaySince ??= Date.now();
      if (Date.now() - awaySince > PATIENCE_MS) {
        throw failure ?? new CliFailure(EXIT.unreachable, (error as Error).message);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
