/**
 * Fields that many inputs share, with their limits.
 *
 * @module
 */
import { z } from "zod";

/** Any JSON value. */
export const json: z.ZodType<Json> = z.json() as z.ZodType<Json>;

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A runbook's name. */
export const name = z.string().min(1).max(100);

/** A node's id. */
export const nodeId = z.string().min(1).max(64);

/** A run's id. */
export const runId = z.string().min(1).max(64);

/** Items on a page. */
export const limit = z.int().min(1).max(200);

/** `nextCursor` of the page before. */
export const cursor = z.string().min(1).max(200);

/** Lower-case hex of a sha256. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
