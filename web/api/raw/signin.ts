/**
 * Signing a browser in: by one-time link, or with a token in a form.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { PersonRole } from "../../store/mod.ts";
import { COOKIE } from "../access/authenticate.ts";
import { isSameOrigin } from "../access/origin.ts";
import { readBytes } from "../http/body.ts";
import { ApiError } from "../http/errors.ts";
import { signinPolicy } from "../http/headers.ts";
import type { RawCall, RawHandler } from "./raw.ts";

const STYLE =
  `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;
margin:15vh auto;padding:0 1rem}label{display:block;margin:1.5rem 0 .25rem}input{font:inherit;width:100%;
box-sizing:border-box;padding:.5rem}button{font:inherit;margin-top:1rem;padding:.5rem 1.25rem}
code{font-size:.9em}.error{color:#b3261e}@media(prefers-color-scheme:dark){.error{color:#ff8a80}}`;

/** The page for somebody who is not signed in; always 401. */
export function signinPage(message?: string): Response {
  const nonce = randomBytes(16).toString("base64");
  const error = message === undefined ? "" : `<p class="error" role="alert">${message}</p>`;
  const html =
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in · Pitcrew</title>
<meta name="viewport" content="width=device-width"><style nonce="${nonce}">${STYLE}</style>
<main><h1>Pitcrew</h1>${error}<p>Open the one-time link that <code>deno task start</code> printed,
or make a new one with <code>deno task pitcrew login-link</code>.</p>
<form method="post" action="/signin"><label for="token">Or sign in with a token</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Sign in</button></form></main></html>`;
  return new Response(html, {
    status: 401,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": signinPolicy(nonce),
    },
  });
}

/** `GET /signin?code=` */
export const signinByCode: RawHandler = async (call) => {
  const code = new URL(call.request.url).searchParams.get("code");
  if (code === null) return signinPage();
  const grant = await call.registry.useCode(code);
  if (grant === null) {
    await noteFailure(call, "code");
    return signinPage("This link is used up or too old.");
  }
  return await signIn(call, grant.name, grant.role, "code");
};

/** `POST /signin` with the form's `token` */
export const signinByToken: RawHandler = async (call) => {
  if (!isSameOrigin(call.request)) {
    throw new ApiError("forbidden", "this form was not sent by a page of this server");
  }
  const form = new URLSearchParams(
    new TextDecoder().decode(await readBytes(call.request, 4096)),
  );
  const principal = call.registry.byToken(form.get("token")?.trim() ?? "");
  if (principal === null || principal.role === "node") {
    await noteFailure(call, "token");
    return signinPage("That token is not known.");
  }
  return await signIn(call, principal.name, principal.role, "token");
};

async function signIn(
  { registry, ports }: RawCall,
  name: string,
  role: PersonRole,
  by: string,
): Promise<Response> {
  const { secret, maxAge } = await registry.beginSession(name, role);
  await ports.store.audit.append([{
    at: new Date().toISOString(),
    actor: { kind: "session", name },
    action: "signin",
    target: `role/${role}`,
    outcome: "ok",
    detail: { by },
  }]);
  const cookie = `${COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`;
  return new Response(null, { status: 303, headers: { location: "/", "set-cookie": cookie } });
}

async function noteFailure({ failures, ports }: RawCall, by: string): Promise<void> {
  if (!failures.take()) {
    throw new ApiError("rate_limited", "too many failed sign-ins", { hint: "wait a little" });
  }
  await ports.store.audit.append([{
    at: new Date().toISOString(),
    actor: { kind: "anonymous", name: "anonymous" },
    action: "signin",
    target: "signin",
    outcome: "refused",
    detail: { by },
  }]);
}
