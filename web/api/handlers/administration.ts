/**
 * The audit, sessions and sign-in links.
 *
 * @module
 */
import { actorOf } from "../access/principal.ts";
import { COOKIE } from "../access/authenticate.ts";
import { ApiError } from "../http/errors.ts";
import type { Call, Handlers } from "./handler.ts";

const PAGE = 100;

/** Handlers of audit, session and sign-in. */
export const administrationHandlers: Handlers<
  "audit.list" | "audit.verify" | "session.get" | "signin.link" | "signin.out"
> = {
  async "audit.list"({ cursor, limit = PAGE, ...filter }, call) {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
      throw new ApiError("invalid_argument", "cursor is not one of this list", {
        fields: [{ path: "cursor", message: "use `nextCursor` of the page before" }],
      });
    }
    await noteAuditRead(call, "audit.list");
    const rows = await call.ports.store.audit.list({
      ...filter,
      limit: limit + 1,
      ...(cursor === undefined ? {} : { before: Number(cursor) }),
    });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return rows.length > limit && last ? { items, nextCursor: String(last.seq) } : { items };
  },

  async "audit.verify"(_input, { ports }) {
    await ports.auditHeads.flush();
    return await ports.auditHeads.check(ports.store.audit);
  },

  // deno-lint-ignore require-await -- handlers are asynchronous
  async "session.get"(_input, { principal }) {
    if (principal.role === "node") throw new ApiError("forbidden", "nodes have no session");
    return { name: principal.name, role: principal.role };
  },

  async "signin.link"({ role = "admin" }, { ports, registry, principal }) {
    const { code, expiresAt } = await registry.newCode(principal.name, role, principal.name);
    await ports.store.audit.append([{
      at: new Date().toISOString(),
      actor: actorOf(principal),
      action: "signin.link",
      target: `role/${role}`,
      outcome: "ok",
    }]);
    return { url: `${ports.publicUrl()}/signin?code=${code}`, expiresAt };
  },

  async "signin.out"(_input, { registry, principal }) {
    await registry.endSession(principal);
    return Response.json({ ok: true }, {
      headers: { "set-cookie": `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0` },
    });
  },
};

/** Reading the audit is itself on the audit. */
async function noteAuditRead({ ports, principal }: Call, action: string): Promise<void> {
  await ports.store.audit.append([{
    at: new Date().toISOString(),
    actor: actorOf(principal),
    action,
    target: "audit",
    outcome: "ok",
  }]);
}
