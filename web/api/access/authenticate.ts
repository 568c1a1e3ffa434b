/**
 * From a request's headers to who sent it.
 *
 * @module
 */
import type { Principal } from "./principal.ts";
import type { AccessRegistry } from "./registry.ts";

/** Name of the session cookie. */
export const COOKIE = "pitcrew_session";

/** Who it is; `tried` when credentials were shown that are not good. */
export interface Authentication {
  principal: Principal | null;
  tried: boolean;
}

/** Reads bearer token or session cookie; a request with both counts by its token alone. */
export async function authenticate(
  request: Request,
  registry: AccessRegistry,
): Promise<Authentication> {
  const header = request.headers.get("authorization");
  if (header !== null) {
    const secret = /^Bearer ([\w-]+)$/i.exec(header)?.[1];
    const principal = secret === undefined ? null : registry.byToken(secret);
    return { principal, tried: true };
  }
  const secret = cookieOf(request);
  if (secret === null) return { principal: null, tried: false };
  return { principal: await registry.bySession(secret), tried: true };
}

function cookieOf(request: Request): string | null {
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const [name, ...value] = part.trim().split("=");
    if (name === COOKIE) return value.join("=");
  }
  return null;
}
