/**
 * The store on a SQLite file: one thread that writes, one that reads; the event loop does neither.
 *
 * @module
 */
import type { AuditHead, Store } from "../port.ts";
import { openChannel } from "./channel.ts";

type Areas = Omit<Store, "onAuditHead" | "ping" | "close">;

/** Opens (and where needed creates and migrates) the database in `file`. */
export async function openSqliteStore(file: string): Promise<Store> {
  const listeners: ((head: AuditHead) => void)[] = [];
  const announce = (head: AuditHead) => listeners.forEach((listener) => listener(head));
  const writer = await openChannel({ file, access: "write" }, announce);
  // The reader cannot create the file, so it comes second.
  const reader = await openChannel({ file, access: "read" }, announce);

  const areas: Record<string, Record<string, unknown>> = {};
  for (const channel of [reader, writer]) {
    for (const name of channel.commands) {
      const [area = "", method = ""] = name.split(".");
      (areas[area] ??= {})[method] = (...args: unknown[]) => channel.call(name, args);
    }
  }

  return {
    ...areas as unknown as Areas,
    onAuditHead: (listener) => void listeners.push(listener),
    async ping() {
      await Promise.all([writer.call("ping", []), reader.call("ping", [])]);
    },
    async close() {
      await reader.close();
      await writer.close();
    },
  };
}
