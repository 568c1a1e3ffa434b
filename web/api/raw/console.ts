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

/** `GET /*`; what lies under the API's prefixes is never the console. */
export const consoleFiles: RawHandler = async ({ request, ports }) => {
  const { pathname } = new URL(request.url);
  const reserved = /^\/(api|node|healthz|signin)(\/|$)/.test(pathname);
  const plain = /^\/[\w./-]*$/.test(pathname) && !pathname.split("/").includes("..");
  if (ports.uiDist === undefined || reserved || !plain) throw nothing(pathname);
  const type = TYPES[extname(pathname)];
  const file = type === undefined ? "index.html" : pathname.slice(1);
  const bytes = await read(ports.uiDist, file);
  if (bytes === null) {
    if (file !== "index.html") throw nothing(pathname);
    throw new ApiError("unavailable", "the console is not built", { hint: "deno task build" });
  }
  return new Response(bytes, {
    headers: { "content-type": type ?? TYPES[".html"]!, "cache-control": "private, no-cache" },
  });
};

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
