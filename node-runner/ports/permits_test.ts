import { assertEquals, assertRejects } from "@std/assert";
import { StepFailure } from "../../activities/contract/mod.ts";
import { permitVerifier } from "./permits.ts";

const base64url = (bytes: Uint8Array) =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });

async function keyPair() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toBase64()}\n-----END PUBLIC KEY-----\n`;
  const sign = async (payload: string) => {
    const part = base64url(new TextEncoder().encode(payload));
    const bytes = await crypto.subtle.sign(
      "Ed25519",
      pair.privateKey,
      new TextEncoder().encode(part),
    );
    return `${part}.${base64url(new Uint8Array(bytes))}`;
  };
  return { pem, sign };
}

Deno.test("a permit that the control plane signed is read", async () => {
  const { pem, sign } = await keyPair();
  const payload = await permitVerifier(pem)(await sign(`{"v":1,"runId":"r"}`));
  assertEquals({ ...payload }, { v: 1, runId: "r" } as typeof payload);
});

Deno.test("anything else is refused", async () => {
  const { pem, sign } = await keyPair();
  const other = await keyPair();
  const good = await sign('{"v":1}');
  const [payload, signature] = good.split(".");
  const forged = base64url(new TextEncoder().encode('{"v":1,"dryRun":false}'));
  const verify = permitVerifier(pem);
  const bad = {
    "empty": "",
    "no signature": payload!,
    "an empty signature": `${payload}.`,
    "three parts": `${good}.x`,
    "another payload": `${forged}.${signature}`,
    "another key": await other.sign('{"v":1}'),
    "a cut signature": good.slice(0, -4),
    "no base64": `${payload}.***`,
    "no JSON": await sign("hello"),
    "far too long": "x".repeat(100_000),
  };
  for (const [what, permit] of Object.entries(bad)) {
    const error = await assertRejects(() => verify(permit), StepFailure, "not valid", what);
    assertEquals(error.code, "refused", what);
  }
});
