/**
 * Permits: the control plane's signed word that one disruptive step of one accepted run may act
 * now. Temporal is durability, not authority; without a permit a node refuses.
 *
 * Wire form: `base64url(JSON payload) + "." + base64url(Ed25519 signature of the first part)`.
 *
 * @module
 */
import { canonicalJson } from "./canonical.ts";
import { StepFailure } from "./errors.ts";

/** What is signed. */
export interface PermitPayload {
  /** Version of the payload. */
  v: 1;
  /** The run. */
  runId: string;
  /** sha256 (hex) of the plan. */
  planHash: string;
  /** The step. */
  stepPath: string;
  /** The action, e.g. `memory.relieve`. */
  uses: string;
  /** Node id. */
  node: string;
  /** sha256 (hex) of the canonical JSON of the step's resolved `with`, minus nothing. */
  withHash: string;
  /** Nothing is changed. */
  dryRun: boolean;
  /** ISO 8601. */
  issuedAt: string;
  /** ISO 8601; refused afterwards. */
  expiresAt: string;
}

/** How long a permit is good for, in milliseconds. */
export const PERMIT_TTL_MS = 120_000;

/** sha256 (hex) that binds a permit to a step's inputs. */
export async function withHash(inputs: Record<string, unknown>): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalJson(inputs));
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

/** A permit as a node checks it. */
export interface PermitExpectation {
  /** The run. */
  runId: string;
  /** The step. */
  stepPath: string;
  /** The action, e.g. `memory.detect`. */
  uses: string;
  /** Node id. */
  node: string;
  /** The resolved inputs. */
  with: Record<string, unknown>;
  /** Nothing is changed. */
  dryRun: boolean;
  /** The node's clock. */
  now: Date;
}

/** Why a signed payload does not permit this step, or undefined when it does. */
export async function permitProblem(
  payload: PermitPayload,
  step: PermitExpectation,
): Promise<string | undefined> {
  const pairs: [string, unknown, unknown][] = [
    ["version", payload.v, 1],
    ["run", payload.runId, step.runId],
    ["step", payload.stepPath, step.stepPath],
    ["action", payload.uses, step.uses],
    ["node", payload.node, step.node],
    ["dry run", payload.dryRun, step.dryRun],
    ["inputs", payload.withHash, await withHash(step.with)],
  ];
  const differing = pairs.find(([, given, expected]) => given !== expected);
  if (differing !== undefined) return `it was issued for another ${differing[0]}`;
  const expires = Date.parse(payload.expiresAt);
  return step.now.getTime() < expires ? undefined : `it expired at ${payload.expiresAt}`;
}

/** Signs payloads with the control plane's key (PKCS8 PEM, Ed25519). */
export async function createPermitSigner(
  privateKeyPem: string,
): Promise<(payload: PermitPayload) => Promise<string>> {
  const key = await crypto.subtle.importKey("pkcs8", fromPem(privateKeyPem), ED25519, false, [
    "sign",
  ]);
  return async (payload) => {
    const part = base64url(new TextEncoder().encode(canonicalJson(payload)));
    const signature = await crypto.subtle.sign(ED25519, key, new TextEncoder().encode(part));
    return `${part}.${base64url(new Uint8Array(signature))}`;
  };
}

/**
 * Reads permits with the control plane's public key (SPKI PEM). The result throws a
 * {@link StepFailure} `refused` for a permit that is malformed or not signed by that key.
 */
export async function createPermitVerifier(
  publicKeyPem: string,
): Promise<(permit: string) => Promise<PermitPayload>> {
  const key = await crypto.subtle.importKey("spki", fromPem(publicKeyPem), ED25519, false, [
    "verify",
  ]);
  return async (permit) => {
    const parts = permit.length <= LONGEST ? permit.split(".") : [];
    const [part, signature] = parts.length === 2 ? parts : [];
    const signed = part !== undefined && signature !== undefined &&
      await verified(key, part, signature);
    if (!signed) throw new StepFailure("refused", "the permit is not signed by the control plane");
    try {
      return JSON.parse(new TextDecoder().decode(fromBase64url(part)));
    } catch {
      throw new StepFailure("refused", "the permit cannot be read");
    }
  };
}

const ED25519 = { name: "Ed25519" };
const LONGEST = 8_192;

async function verified(key: CryptoKey, part: string, signature: string): Promise<boolean> {
  try {
    const bytes = fromBase64url(signature);
    return await crypto.subtle.verify(ED25519, key, bytes, new TextEncoder().encode(part));
  } catch {
    return false;
  }
}

function fromPem(pem: string): Uint8Array<ArrayBuffer> {
  return fromBase64(pem.replace(/-----[A-Z ]+-----/g, "").replace(/\s/g, ""));
}

function base64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

function hex(buffer: ArrayBuffer): string {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Input of the centre activity `permit.issue`. */
export interface IssuePermitInput {
  /** The run. */
  runId: string;
  /** The step. */
  stepPath: string;
  /** The step's inputs as the workflow resolved them; the centre resolves them again and compares. */
  with: Record<string, unknown>;
}

/** Output of `permit.issue`. */
export interface IssuePermitOutput {
  /** Signed permit, in its wire form. */
  permit: string;
  /** When it stops being good, ISO 8601. */
  expiresAt: string;
}
