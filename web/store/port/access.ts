/**
 * Credentials, of which only digests arrive here.
 *
 * @module
 */

/** A person's role. */
export type PersonRole = "viewer" | "operator" | "admin";

/** Credentials; only digests ever arrive here. */
export interface AccessStore {
  /** Makes a token known. */
  addToken(
    token: { sha256: string; name: string; role: PersonRole; at: string },
  ): Promise<void>;
  /** Makes a node's token known. */
  addNodeToken(token: { sha256: string; nodeId: string; at: string }): Promise<void>;
  /** Tokens that are good. */
  tokens(): Promise<{ sha256: string; name: string; role: PersonRole }[]>;
  /** Node tokens that are good. */
  nodeTokens(): Promise<{ sha256: string; nodeId: string }[]>;
  /** Begins a session and forgets those that are over. */
  addSession(
    session: { sha256: string; name: string; role: PersonRole; at: string; expiresAt: string },
  ): Promise<void>;
  /** A session, also one that is over. */
  session(sha256: string): Promise<
    { sha256: string; name: string; role: PersonRole; expiresAt: string } | null
  >;
  /** Ends a session. */
  dropSession(sha256: string): Promise<void>;
  /** Keeps a one-time code. */
  addSigninCode(
    code: {
      sha256: string;
      name: string;
      role: PersonRole;
      createdBy: string;
      expiresAt: string;
    },
  ): Promise<void>;
  /** Uses a code up; null when it is unknown, used or expired. */
  useSigninCode(sha256: string, at: string): Promise<{ name: string; role: PersonRole } | null>;
}
