/**
 * Headers that every answer carries.
 *
 * @module
 */

/** What the console's pages may load: their own files, nothing inline, nothing foreign. */
const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Policy of the sign-in page, whose one style carries this nonce. */
export function signinPolicy(nonce: string): string {
  return `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; ` +
    "frame-ancestors 'none'";
}

/** Adds the security headers; a policy that the handler chose stays. */
export function secured(response: Response): Response {
  const { headers } = response;
  const page = headers.get("content-type")?.startsWith("text/html") === true;
  const defaults: Record<string, string> = {
    "content-security-policy": page ? CONSOLE_POLICY : API_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  return response;
}
