/**
 * Nodes and what their guards did on their own.
 *
 * @module
 */
import { and, asc, desc, eq } from "drizzle-orm";
import { interventions, nodes } from "../schema.ts";
import type { NodeStore } from "../port.ts";
import { appendAudit } from "./audit.ts";
import { changes } from "./database.ts";
import type { Reads, Writes } from "./implementation.ts";

/** Writing side of {@link NodeStore}. */
export const nodeWrites: Writes<NodeStore, "register" | "heartbeat" | "intervened"> = {
  async register(db, id, at) {
    await db.insert(nodes).values({ id, createdAt: at }).onConflictDoNothing();
  },
  async heartbeat(db, id, facts, at) {
    await db.update(nodes).set({ facts, lastSeenAt: at }).where(eq(nodes.id, id));
  },
  async intervened(db, node, events, at) {
    let added = 0;
    for (const event of events) {
      const row = { nodeId: node, id: event.id, at: event.at, body: event.body };
      const inserted = await db.insert(interventions).values(row).onConflictDoNothing();
      if (changes(inserted) === 0) continue;
      added++;
      await appendAudit(db, {
        at,
        actor: { kind: "node", name: node },
        action: "guard.intervention",
        target: `node/${node}`,
        outcome: "ok",
        detail: { id: event.id, at: event.at, event: event.body },
      });
    }
    return added;
  },
};

/** Reading side of {@link NodeStore}. */
export const nodeReads: Reads<NodeStore, "get" | "list" | "interventions"> = {
  async get(db, id) {
    const [row] = await db.select().from(nodes).where(eq(nodes.id, id));
    return row ?? null;
  },
  list: (db) => db.select().from(nodes).orderBy(asc(nodes.id)),
  async interventions(db, filter) {
    const rows = await db.select().from(interventions).where(
      and(filter.node === undefined ? undefined : eq(interventions.nodeId, filter.node)),
    ).orderBy(desc(interventions.at)).limit(filter.limit);
    return rows.map(({ nodeId, ...rest }) => ({ node: nodeId, ...rest }));
  },
};
