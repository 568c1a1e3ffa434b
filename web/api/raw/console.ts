/**
 * The built console: files by their path, and its page for every other address of a person.
 *
 * @module
 */
import { readFile, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { ApiError } from "../http/errors.ts";
import type { RawHandler } from "./raw.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

const PAGE = "index.html";

/** Names that the build gives by content, such as `app-3WW54JEC.js`. */
const HASHED = /-[0-9A-Z]{8}\.\w+$/;

/** `GET /*`; what lies under the API's prefixes is never the console. */
export const consoleFiles: RawHandler = async ({ request, ports }) => {
  const { pathname } = new URL(request.url);
  const file = fileOf(pathname);
  if (ports.uiDist === undefined || file === null) throw nothing(pathname);
  const bytes = await read(ports.uiDist, file);
  if (bytes === null) {
    if (file !== PAGE) throw nothing(pathname);
    throw new ApiError("unavailable", "the console is not built", { hint: "deno task build" });
  }
  return new Response(bytes, {
    headers: { "content-type": TYPES[extname(file)]!, "cache-control": caching(file) },
  });
};

/**
 * The file that answers for a path: itself, or the page for an address that the page's own router
 * reads, whatever names stand in it; null where there can be neither.
 */
function fileOf(pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (/^\/(api|node|healthz|signin)(\/|$)/.test(decoded)) return null;
  if (TYPES[extname(decoded)] === undefined) return PAGE;
  const plain = /^\/[\w./-]+$/.test(pathname) && !pathname.split("/").includes("..");
  return plain ? pathname.slice(1) : null;
}

/** Private: what only the signed-in may read does not belong into a shared cache. */
function caching(file: string): string {
  if (file === PAGE) return "no-store";
  return HASHED.test(file) ? "private, max-age=31536000, immutable" : "private, no-cache";
}

/** Bytes of a file below `root`, also when a link leads out of it: null. */
async function read(root: string, file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const folder = await realpath(root);
    const path = await realpath(join(folder, file));
    if (!path.startsWith(folder + sep)) return null;
    return new Uint8Array(await readFile(path));
  } catch {
    return null;
  }
}

function nothing(path: string): ApiError {
  return new ApiError("not_found", `there is nothing at ${path.slice(0, 200)}`);
}
