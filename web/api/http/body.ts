/**
 * Request bodies, read within a limit of size and time.
 *
 * @module
 */
import { ApiError } from "./errors.ts";

/** Largest JSON body, bytes. */
export const MAX_JSON_BYTES = 1024 * 1024;
const BODY_MS = 30_000;

/**
 * Reads a body of at most `limit` bytes.
 *
 * @throws {ApiError} `too_large`, or `invalid_argument` when it does not arrive in time
 */
export async function readBytes(
  request: Request,
  limit: number,
  timeoutMs = BODY_MS,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, timeoutMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) throw new ApiError("invalid_argument", `no whole body within ${timeoutMs} ms`);
      if (done) break;
      size += value.byteLength;
      if (size > limit) {
        reader.cancel().catch(() => {});
        throw tooLarge(limit);
      }
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError("invalid_argument", "the body broke off");
  } finally {
    clearTimeout(timer);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/**
 * Reads a JSON object; an empty body is an empty object.
 *
 * @throws {ApiError}
 */
export async function readJsonObject(
  request: Request,
  limit = MAX_JSON_BYTES,
): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, limit);
  if (bytes.byteLength === 0) return {};
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new ApiError("invalid_argument", `the body is ${type ?? "of no type"}`, {
      hint: "send `content-type: application/json`",
    });
  }
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    value = JSON.parse(text, /__proto__|\\u/.test(text) ? withoutPrototype : undefined);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError("invalid_argument", `the body is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError("invalid_argument", "the body is not a JSON object");
  }
  return value as Record<string, unknown>;
}

/**
 * Keeps the one key that code further on could take for an object's prototype, or pass over without
 * a word, from getting in at all.
 *
 * @throws {ApiError}
 */
function withoutPrototype(this: unknown, key: string, value: unknown): unknown {
  if (key !== "__proto__") return value;
  const message = "`__proto__` is unknown here";
  throw new ApiError("invalid_argument", message, { fields: [{ path: key, message }] });
}

function tooLarge(limit: number): ApiError {
  return new ApiError("too_large", `the body is larger than ${limit} bytes`);
}
