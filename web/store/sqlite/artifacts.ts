/**
 * What is known of artifacts.
 *
 * @module
 */
import { and, eq, gte, sql } from "drizzle-orm";
import { artifactRefs, artifacts } from "../schema.ts";
import type { ArtifactStore } from "../port.ts";
import type { Reads, Writes } from "./implementation.ts";

/** Writing side of {@link ArtifactStore}. */
export const artifactWrites: Writes<ArtifactStore, "add"> = {
  async add(db, { sha256, bytes, at, by }) {
    await db.insert(artifacts).values({ sha256, bytes, createdAt: at, createdBy: by })
      .onConflictDoNothing();
  },
};

/** Reading side of {@link ArtifactStore}. */
export const artifactReads: Reads<ArtifactStore, "get" | "addedSince"> = {
  async get(db, sha256) {
    const [row] = await db.select().from(artifacts).where(eq(artifacts.sha256, sha256));
    if (!row) return null;
    const [ref] = await db.select().from(artifactRefs).where(eq(artifactRefs.sha256, sha256))
      .limit(1);
    if (!ref) return { sha256, bytes: row.bytes, createdAt: row.createdAt, ref: null };
    const { kind, mediaType, name, capturedAt } = ref;
    return {
      sha256,
      bytes: row.bytes,
      createdAt: row.createdAt,
      ref: { sha256, kind, mediaType, bytes: row.bytes, name, capturedAt },
    };
  },
  async addedSince(db, by, since) {
    const [row] = await db.select({ total: sql<number>`coalesce(sum(${artifacts.bytes}), 0)` })
      .from(artifacts).where(and(eq(artifacts.createdBy, by), gte(artifacts.createdAt, since)));
    return Number(row?.total ?? 0);
  },
};
