/**
 * The control plane's keys, made at the first start and kept.
 *
 * @module
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { randomBytes } from "node:crypto";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { readOrCreate, writeSecretFile } from "./secret_files.ts";

/** All of them. */
export interface Keys {
  /** Ed25519, PKCS8 PEM. */
  permitPrivatePem: string;
  /** SPKI PEM. */
  permitPublicPem: string;
  /** Ed25519 pair of the audit's heads. */
  audit: { privateKey: KeyObject; publicKey: KeyObject };
  /** Binds task tokens to nodes. */
  gateway: Uint8Array;
  /** Marks the workflows that this control plane started. */
  start: Uint8Array;
}

const newEd25519 = (): string =>
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;

const newRandom = (): string => randomBytes(32).toString("hex");

/** Loads the keys from `folder`, making those that are missing. */
export async function loadKeys(folder: string): Promise<Keys> {
  const permitPrivatePem = await readOrCreate(join(folder, "permit.ed25519"), newEd25519);
  const permitPublicPem = publicOf(permitPrivatePem).export({
    type: "spki",
    format: "pem",
  }) as string;
  await writeSecretFile(join(folder, "permit.pub"), permitPublicPem);
  const auditPem = await readOrCreate(join(folder, "audit.ed25519"), newEd25519);
  return {
    permitPrivatePem,
    permitPublicPem,
    audit: { privateKey: createPrivateKey(auditPem), publicKey: publicOf(auditPem) },
    gateway: fromHex("gateway.key", await readOrCreate(join(folder, "gateway.key"), newRandom)),
    start: fromHex("start.key", await readOrCreate(join(folder, "start.key"), newRandom)),
  };
}

function publicOf(privatePem: string): KeyObject {
  return createPublicKey(privatePem);
}

function fromHex(name: string, text: string): Uint8Array {
  const bytes = Buffer.from(text.trim(), "hex");
  if (bytes.length !== 32) throw new Error(`key ${name} is not 32 bytes in hex`);
  return new Uint8Array(bytes);
}
