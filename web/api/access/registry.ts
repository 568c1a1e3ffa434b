/**
 * Credentials known to this control plane. Only sha256 digests are kept, and secrets are compared
 * by digest in constant time.
 *
 * @module
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { PersonRole, Store } from "../../store/mod.ts";
import type { Principal } from "./principal.ts";

/** How long a browser session lasts. */
const SESSION_MS = 12 * 3_600_000;
/** How long a sign-in link works. */
const CODE_MS = 10 * 60_000;

/** Longest credential that is looked at. */
const MAX_SECRET = 200;

/** sha256 of a secret, hex. */
export function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** 256 random bits as text. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString("base64url");
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Tokens in memory, sessions and codes in the store. */
export class AccessRegistry {
  readonly #store: Store;
  readonly #people = new Map<string, { sha256: string; name: string; role: PersonRole }>();
  readonly #nodes = new Map<string, { sha256: string; nodeId: string }>();

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Loads the tokens. */
  static async load(store: Store): Promise<AccessRegistry> {
    const registry = new AccessRegistry(store);
    for (const token of await store.access.tokens()) registry.#people.set(token.sha256, token);
    for (const token of await store.access.nodeTokens()) registry.#nodes.set(token.sha256, token);
    return registry;
  }

  /** Makes a token valid. */
  async addToken(secret: string, name: string, role: PersonRole): Promise<void> {
    const token = { sha256: digest(secret), name, role };
    await this.#store.access.addToken({ ...token, at: new Date().toISOString() });
    this.#people.set(token.sha256, token);
  }

  /** Makes a node's token valid. */
  async addNodeToken(secret: string, nodeId: string): Promise<void> {
    const token = { sha256: digest(secret), nodeId };
    await this.#store.access.addNodeToken({ ...token, at: new Date().toISOString() });
    this.#nodes.set(token.sha256, token);
  }

  /** Whose bearer token this is. */
  byToken(secret: string): Principal | null {
    if (secret.length > MAX_SECRET) return null;
    const credential = digest(secret);
    const person = this.#people.get(credential);
    if (person && same(person.sha256, credential)) {
      return { kind: "token", name: person.name, role: person.role, credential };
    }
    const node = this.#nodes.get(credential);
    if (node && same(node.sha256, credential)) {
      return { kind: "node", name: node.nodeId, role: "node", credential };
    }
    return null;
  }

  /** The node whose token this is, for the gateway. */
  nodeOf(secret: string): string | null {
    const principal = this.byToken(secret);
    return principal?.kind === "node" ? principal.name : null;
  }

  /** Whose session cookie this is. */
  async bySession(secret: string): Promise<Principal | null> {
    if (secret.length > MAX_SECRET) return null;
    const credential = digest(secret);
    const session = await this.#store.access.session(credential);
    if (!session || !same(session.sha256, credential)) return null;
    if (session.expiresAt <= new Date().toISOString()) return null;
    return { kind: "session", name: session.name, role: session.role, credential };
  }

  /** Begins a browser session; returns the cookie's value and its life in seconds. */
  async beginSession(name: string, role: PersonRole): Promise<{ secret: string; maxAge: number }> {
    const secret = newSecret("ps_");
    const now = Date.now();
    await this.#store.access.addSession({
      sha256: digest(secret),
      name,
      role,
      at: new Date(now).toISOString(),
      expiresAt: new Date(now + SESSION_MS).toISOString(),
    });
    return { secret, maxAge: SESSION_MS / 1000 };
  }

  /** Ends a session. */
  async endSession(principal: Principal): Promise<void> {
    if (principal.kind === "session") await this.#store.access.dropSession(principal.credential);
  }

  /** Makes a one-time code. */
  async newCode(
    name: string,
    role: PersonRole,
    createdBy: string,
  ): Promise<{ code: string; expiresAt: string }> {
    const code = newSecret("");
    const expiresAt = new Date(Date.now() + CODE_MS).toISOString();
    await this.#store.access.addSigninCode({
      sha256: digest(code),
      name,
      role,
      createdBy,
      expiresAt,
    });
    return { code, expiresAt };
  }

  /** Uses a code up. */
  async useCode(code: string): Promise<{ name: string; role: PersonRole } | null> {
    if (code.length > MAX_SECRET) return null;
    return await this.#store.access.useSigninCode(digest(code), new Date().toISOString());
  }
}
