/**
 * Who a request comes from, and what they may do.
 *
 * @module
 */
import type { Role } from "../../operations/mod.ts";
import type { Actor, PersonRole } from "../../store/mod.ts";

/** Somebody who has shown who they are. */
export type Principal =
  | { kind: "token" | "session"; name: string; role: PersonRole; credential: string }
  | { kind: "node"; name: string; role: "node"; credential: string };

const RANK: Record<PersonRole, number> = { viewer: 1, operator: 2, admin: 3 };

/** Whether `principal` may use a route for `role`. */
export function mayUse(principal: Principal | null, role: Role): boolean {
  if (role === "none") return true;
  if (principal === null) return false;
  if (role === "node" || principal.role === "node") return role === principal.role;
  return RANK[principal.role] >= RANK[role];
}

/** For records. */
export function actorOf(principal: Principal | null): Actor {
  return principal
    ? { kind: principal.kind, name: principal.name }
    : { kind: "anonymous", name: "anonymous" };
}
