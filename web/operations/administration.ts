/**
 * Operations on the audit, sessions and sign-in links.
 *
 * @module
 */
import { z } from "zod";
import { operation } from "./define.ts";
import { cursor, limit } from "./inputs.ts";
import { page } from "./shapes.ts";

/** A row of the audit. */
export const AuditRow = z.object({
  seq: z.int(),
  at: z.string(),
  actor: z.object({ kind: z.string(), name: z.string() }),
  action: z.string(),
  target: z.string(),
  outcome: z.enum(["ok", "refused", "failed"]),
  detail: z.json(),
  prevHash: z.string(),
  hash: z.string(),
});

/** Rows of the audit, newest first. */
export const auditList = operation({
  method: "GET",
  path: "/api/v1/audit",
  role: "admin",
  risk: "observe",
  title: "List the audit, newest first",
  input: z.strictObject({
    action: z.string().max(100).optional(),
    target: z.string().max(300).optional(),
    limit: limit.optional(),
    cursor: cursor.optional(),
  }),
  output: page(AuditRow),
  examples: [{ title: "Permits", input: { action: "permit.issue" } }],
});

/** Check of the whole chain. */
export const auditVerify = operation({
  method: "GET",
  path: "/api/v1/audit/verify",
  role: "admin",
  risk: "observe",
  title: "Check the audit's chain and its signed heads",
  input: z.strictObject({}),
  output: z.object({
    rows: z.int(),
    ok: z.boolean(),
    firstBadRow: z.int().optional(),
    /** What does not fit, in words. */
    reason: z.string().optional(),
    /** Signed heads that were compared. */
    heads: z.int(),
  }),
  examples: [{ title: "All of it", input: {} }],
});

/** Who is asking. */
export const sessionGet = operation({
  method: "GET",
  path: "/api/v1/session",
  role: "viewer",
  risk: "observe",
  title: "Show who is signed in",
  input: z.strictObject({}),
  output: z.object({ name: z.string(), role: z.enum(["viewer", "operator", "admin"]) }),
  examples: [{ title: "Who am I", input: {} }],
});

/** A one-time link to the console. */
export const signinLink = operation({
  method: "POST",
  path: "/api/v1/signin-links",
  role: "admin",
  risk: "reversible",
  title: "Make a one-time sign-in link",
  status: 201,
  input: z.strictObject({ role: z.enum(["viewer", "operator", "admin"]).optional() }),
  output: z.object({ url: z.string(), expiresAt: z.string() }),
  examples: [{ title: "For an operator", input: { role: "operator" } }],
});

/** End of a browser session. */
export const signOut = operation({
  method: "POST",
  path: "/api/v1/sign-out",
  role: "viewer",
  risk: "reversible",
  title: "End this browser session",
  input: z.strictObject({}),
  output: z.object({ ok: z.literal(true) }),
  examples: [{ title: "Sign out", input: {} }],
});
