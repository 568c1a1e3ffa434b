/**
 * Signed ends of the audit's chain, kept in a file outside the database. The chain alone shows a
 * changed row but not a tail that was cut off; a signed head does.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type KeyObject, sign, verify } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { canonicalJson } from "../../activities/contract/canonical.ts";
import type { AuditHead, AuditStore, ChainCheck } from "./port.ts";

/** How long heads are gathered before the latest is signed, milliseconds. */
const GATHER_MS = 200;
/** Heads that are looked up in one query. */
const CHUNK = 500;

interface SignedHead extends AuditHead {
  at: string;
  signature: string;
}

/** The whole check: the chain, and every signed head against it. */
export interface AuditCheck extends ChainCheck {
  /** Signed heads that were compared. */
  heads: number;
  /** What does not fit. */
  reason?: string;
}

/** The file of signed heads. */
export class AuditHeads {
  readonly #file: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  #latest: AuditHead | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** Heads in `file`, signed with `keys` (Ed25519). */
  constructor(file: string, keys: { privateKey: KeyObject; publicKey: KeyObject }) {
    this.#file = file;
    this.#privateKey = keys.privateKey;
    this.#publicKey = keys.publicKey;
  }

  /** Notes a new end of the chain; the latest is signed shortly after. */
  note(head: AuditHead): void {
    if (this.#latest !== null && head.seq <= this.#latest.seq) return;
    this.#latest = head;
    this.#timer ??= setTimeout(() => this.flush().catch(() => {}), GATHER_MS);
  }

  /** Signs and syncs what was noted. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const head = this.#latest;
    this.#latest = null;
    if (head !== null) {
      const write = () => this.#append(head);
      this.#writing = this.#writing.then(write, write);
    }
    return this.#writing;
  }

  /** Reads the chain again and compares it with every signed head. */
  async check(audit: AuditStore): Promise<AuditCheck> {
    const signed = await this.#read();
    const chain = await audit.verify();
    const bad = signed.find((head) => !this.#isGenuine(head));
    if (!chain.ok) {
      return { ...chain, heads: signed.length, reason: "a row does not fit the chain" };
    }
    if (bad) {
      const reason = "a signed head is not genuine";
      return { rows: chain.rows, ok: false, firstBadRow: bad.seq, heads: signed.length, reason };
    }
    for (let i = 0; i < signed.length; i += CHUNK) {
      const chunk = signed.slice(i, i + CHUNK);
      const rows = new Map(
        (await audit.hashes(chunk.map((head) => head.seq))).map((row) => [row.seq, row.hash]),
      );
      const lost = chunk.find((head) => rows.get(head.seq) !== head.hash);
      if (!lost) continue;
      const cut = rows.get(lost.seq) === undefined;
      return {
        rows: chain.rows,
        ok: false,
        firstBadRow: cut ? Math.min(lost.seq, chain.rows + 1) : lost.seq,
        heads: signed.length,
        reason: cut ? "rows that were signed are gone" : "a row is not the one that was signed",
      };
    }
    return { ...chain, heads: signed.length };
  }

  async #append(head: AuditHead): Promise<void> {
    const body = { seq: head.seq, hash: head.hash, at: new Date().toISOString() };
    const signature = sign(null, new TextEncoder().encode(canonicalJson(body)), this.#privateKey);
    const file = await open(this.#file, "a", 0o600);
    try {
      const line = JSON.stringify({ ...body, signature: signature.toString("base64url") });
      await file.writeFile(`${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  #isGenuine({ signature, ...body }: SignedHead): boolean {
    if (typeof signature !== "string") return false;
    const text = new TextEncoder().encode(canonicalJson(body));
    return verify(null, text, this.#publicKey, Buffer.from(signature, "base64url"));
  }

  /** A line cut short by a power failure is left out; a changed one fails its signature. */
  async #read(): Promise<SignedHead[]> {
    let text: string;
    try {
      text = await readFile(this.#file, "utf8");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return [];
      throw error;
    }
    return text.split("\n").slice(0, -1).flatMap((line) => {
      try {
        return [JSON.parse(line) as SignedHead];
      } catch {
        return [];
      }
    });
  }
}
