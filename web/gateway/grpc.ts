/**
 * gRPC's unary calls as HTTP requests and answers.
 *
 * Deno's HTTP gives no access to trailers, so an answer carries its status among the headers, where
 * the gRPC library of Temporal's workers reads it; the frames are those of any gRPC.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";

/** gRPC's status codes, as far as they are made here. */
export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** A call that failed. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: number;
  /** `grpc-status-details-bin` as it came: workers read Temporal's typed details out of it. */
  readonly details: string | null;

  constructor(code: number, message: string, details: string | null = null) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Largest message either way, bytes: Temporal's own limit for a payload is 2 MiB. */
export const MAX_MESSAGE = 4 * 1024 * 1024;

const PREFIX = 5;

/** A message as it goes over the wire: not compressed, its length, itself. */
export function framed(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(PREFIX + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, PREFIX);
  return frame;
}

/**
 * The one message of a body; null when the body is empty.
 *
 * @throws {GrpcError} when it is too large, cut off, or not one message
 */
export async function readMessage(
  body: ReadableStream<Uint8Array> | null,
  encoding: string | null,
): Promise<Uint8Array | null> {
  const bytes = await readAll(body);
  if (bytes.length === 0) return null;
  const length = bytes.length < PREFIX
    ? Infinity
    : new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (bytes.length !== PREFIX + length) {
    throw new GrpcError(Status.INTERNAL, "the body is not one whole message");
  }
  const message = bytes.subarray(PREFIX);
  if (bytes[0] === 0) return message;
  if (encoding !== "gzip") throw new GrpcError(Status.UNIMPLEMENTED, "compressed, but not by gzip");
  try {
    return gunzipSync(message, { maxOutputLength: MAX_MESSAGE });
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new GrpcError(Status.INTERNAL, "the message cannot be decompressed");
  }
}

async function readAll(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > PREFIX + MAX_MESSAGE) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function tooLarge(): GrpcError {
  return new GrpcError(Status.RESOURCE_EXHAUSTED, `a message may have ${MAX_MESSAGE} bytes`);
}

const UNITS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** A `grpc-timeout` in milliseconds; null when there is none. */
export function timeoutMs(header: string | null): number | null {
  const found = /^(\d{1,8})([HMSmun])$/.exec(header ?? "");
  return found === null ? null : Number(found[1]) * UNITS[found[2]!]!;
}

const TYPE = { "content-type": "application/grpc" };

/** An answer with its message. */
export function answer(message: Uint8Array): Response {
  return new Response(framed(message), { headers: { ...TYPE, "grpc-status": "0" } });
}

/** An answer that says what failed. */
export function failure({ code, message, details }: GrpcError): Response {
  const headers = new Headers({
    ...TYPE,
    "grpc-status": String(code),
    "grpc-message": encodeURIComponent(message.toWellFormed()),
  });
  if (details !== null) headers.set("grpc-status-details-bin", details);
  return new Response(null, { headers });
}
