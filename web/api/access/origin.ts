/**
 * Where a request may come from: names this server answers to (against DNS rebinding), and pages
 * that may change something with a browser's cookie (against forged requests).
 *
 * @module
 */

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Whether the Host header names this server. */
export function isOurHost(host: string | null, publicHost?: string): boolean {
  if (host === null) return false;
  const name = host.toLowerCase();
  if (publicHost !== undefined && name === publicHost.toLowerCase()) return true;
  return LOOPBACK.includes(name.replace(/:\d{1,5}$/, ""));
}

/** Whether a state-changing request of a browser comes from our own pages. */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const origin = request.headers.get("origin");
  if (origin === null) return site === "same-origin";
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === request.headers.get("host")?.toLowerCase();
}
