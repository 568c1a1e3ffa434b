/**
 * Checks the control plane's signature on a permit.
 *
 * @module
 */
import type { PermitVerifier } from "../../activities/node/mod.ts";
import { type PermitPayload, StepFailure } from "../../activities/contract/mod.ts";

/** Longer texts are no permits. */
const MAX_LENGTH = 8_192;

/**
 * Verifies against the key of the newest credentials. What the payload allows is the activity's to
 * compare.
 *
 * @param publicKey SPKI PEM of an Ed25519 key
 */
export function permitVerifier(publicKey: string): PermitVerifier {
  let key: Promise<CryptoKey> | undefined;
  return async (permit) => {
    const parts = permit.length <= MAX_LENGTH ? permit.split(".") : [];
    const [payload, signature] = parts;
    if (parts.length !== 2 || !payload || !signature) throw refused("it is malformed");
    key ??= importKey(publicKey);
    const valid = await crypto.subtle.verify(
      "Ed25519",
      await key,
      fromBase64Url(signature),
      new TextEncoder().encode(payload),
    );
    if (!valid) throw refused("its signature is not the control plane's");
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(fromBase64Url(payload));
      return JSON.parse(text) as PermitPayload;
    } catch {
      throw refused("its payload cannot be read");
    }
  };
}

function refused(why: string): StepFailure {
  return new StepFailure("refused", `the permit is not valid: ${why}`);
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    throw refused("it is malformed");
  }
}

async function importKey(pem: string): Promise<CryptoKey> {
  const body = pem.replace(/-----(BEGIN|END) PUBLIC KEY-----|\s/g, "");
  const spki = Uint8Array.fromBase64(body);
  return await crypto.subtle.importKey("spki", spki, "Ed25519", false, ["verify"]);
}
