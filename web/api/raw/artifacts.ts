/**
 * Artifacts for people.
 *
 * @module
 */
import { actorOf } from "../access/principal.ts";
import { ApiError } from "../http/errors.ts";
import type { RawHandler } from "./raw.ts";

const HASH = /^[0-9a-f]{64}$/;

/** `GET /api/v1/artifacts/{sha256}` */
export const artifactGet: RawHandler = async ({ params, ports, principal }) => {
  const sha256 = params.sha256 ?? "";
  const known = HASH.test(sha256) ? await ports.store.artifacts.get(sha256) : null;
  const file = known === null ? null : await ports.artifacts.read(sha256);
  if (known === null || file === null) {
    throw new ApiError("not_found", "there is no such artifact", {
      hint: "it may still be on its way from the node, or was never uploaded",
    });
  }
  await ports.store.audit.append([{
    at: new Date().toISOString(),
    actor: actorOf(principal),
    action: "artifact.get",
    target: `artifact/${sha256}`,
    outcome: "ok",
  }]);
  return new Response(file.stream, {
    headers: {
      "content-type": mediaType(known.ref?.mediaType),
      "content-length": String(file.bytes),
      "content-disposition": `attachment; filename="${safeName(known.ref?.name ?? sha256)}"`,
      // The address names the content; the role is still checked each time.
      "cache-control": "private, no-cache",
      etag: `"${sha256}"`,
    },
  });
};

/** Only what cannot become a page of this origin; the rest is plain bytes. */
function mediaType(type: string | undefined): string {
  const harmless = ["application/json", "application/gzip", "text/plain", "text/markdown"];
  const bare = type?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!harmless.includes(bare)) return "application/octet-stream";
  return bare.startsWith("text/") ? `${bare}; charset=utf-8` : bare;
}

function safeName(name: string): string {
  return name.replace(/[^\w.-]+/g, "_").replace(/^\.+/, "").slice(0, 120) || "artifact";
}
