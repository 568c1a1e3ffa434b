/**
 * Guard events on their way to the control plane, one small file each.
 *
 * @module
 */
import { join } from "node:path";
import { removeIfThere, writeAtomically } from "../lib/files.ts";

/** Remembers up to where the guard's own record has been read. */
const READ_TO = "read-to";

/** Most events that may wait; the oldest level changes go first, interventions last. */
export const EVENT_LIMIT = 2_000;

/** An event as the control plane takes it. */
export interface NodeEvent {
  /** `intervention` (once, by id), `level`, or `gap` where events were lost. */
  kind: "intervention" | "level" | "gap";
  /** Identifies it for ever. */
  id: string;
  /** ISO 8601. */
  at: string;
  /** The guard's own data. */
  data: unknown;
}

/** A folder of waiting events. */
export class EventSpool {
  readonly #dir: string;
  readonly #limit: number;
  readonly #interventions = new Set<string>();
  #names: string[] = [];
  #seq = 0;
  #readTo: string | undefined;

  /** Keeps at most `limit` events in `dir`. */
  constructor(dir: string, limit = EVENT_LIMIT) {
    this.#dir = dir;
    this.#limit = limit;
  }

  /** Makes the folder and finds what an earlier process left. */
  async open(): Promise<void> {
    await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    for await (const { name } of Deno.readDir(this.#dir)) {
      if (/^\d{12}-[a-z]+\.json$/.test(name)) this.#names.push(name);
      else if (name === READ_TO) this.#readTo = await Deno.readTextFile(join(this.#dir, name));
      else await removeIfThere(join(this.#dir, name));
    }
    this.#names.sort();
    this.#seq = Number(this.#names.at(-1)?.slice(0, 12) ?? 0);
  }

  /** How many wait. */
  get size(): number {
    return this.#names.length;
  }

  /** The last intervention that was taken from the guard's own record. */
  get readTo(): string | undefined {
    return this.#readTo;
  }

  /** Notes that the guard's record has been read up to the intervention `id`. */
  async setReadTo(id: string): Promise<void> {
    await writeAtomically(join(this.#dir, READ_TO), id);
    this.#readTo = id;
  }

  /** Keeps an event; an intervention that this process has kept already is not kept again. */
  async add(event: NodeEvent): Promise<void> {
    if (event.kind !== "intervention") return await this.#write(event);
    if (this.#interventions.has(event.id)) return;
    this.#interventions.add(event.id);
    if (this.#interventions.size > EVENT_LIMIT) {
      for (const oldest of this.#interventions.values().take(1)) this.#interventions.delete(oldest);
    }
    try {
      await this.#write(event);
    } catch (error) {
      this.#interventions.delete(event.id);
      throw error;
    }
  }

  async #write(event: NodeEvent): Promise<void> {
    while (this.#names.length >= this.#limit) {
      const spare = this.#names.findIndex((name) => !name.endsWith("-intervention.json"));
      await this.#remove(this.#names[Math.max(spare, 0)]!);
    }
    const name = `${String(++this.#seq).padStart(12, "0")}-${event.kind}.json`;
    await writeAtomically(join(this.#dir, name), JSON.stringify(event));
    this.#names.push(name);
  }

  /**
   * The oldest events up to a number and a size (one at least), and how to forget them once they
   * have been delivered: all, or the next `count` of them.
   */
  async take(
    most: { events: number; bytes: number },
  ): Promise<{ events: NodeEvent[]; done(count?: number): Promise<void> }> {
    const names: string[] = [];
    const events: NodeEvent[] = [];
    let bytes = 0;
    for (const name of this.#names.slice(0, most.events)) {
      const text = await Deno.readTextFile(join(this.#dir, name));
      bytes += text.length;
      if (events.length > 0 && bytes > most.bytes) break;
      names.push(name);
      events.push(JSON.parse(text));
    }
    return {
      events,
      done: async (count = names.length) => {
        for (const name of names.splice(0, count)) await this.#remove(name);
      },
    };
  }

  async #remove(name: string): Promise<void> {
    await removeIfThere(join(this.#dir, name));
    this.#names = this.#names.filter((other) => other !== name);
  }
}
