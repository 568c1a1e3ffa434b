/**
 * Refusals as people and programs read them: RFC 9457, with a code of a closed set.
 *
 * @module
 */
import type { z } from "zod";
import type * as shapes from "../../operations/shapes.ts";

type Details = z.infer<typeof shapes.ProblemDetails>;

/** The closed set of codes. */
export type ErrorCode = Details["code"];

const CODES: Record<ErrorCode, { status: number; title: string }> = {
  invalid_argument: { status: 400, title: "The request does not fit" },
  unauthenticated: { status: 401, title: "Not signed in" },
  forbidden: { status: 403, title: "Not allowed" },
  not_found: { status: 404, title: "There is no such thing" },
  conflict: { status: 409, title: "Something else stands in the way" },
  node_offline: { status: 409, title: "The node is offline" },
  too_large: { status: 413, title: "Too large" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong here" },
  unavailable: { status: 503, title: "Not available now" },
};

/** A refusal. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly more: Pick<Details, "hint" | "problems" | "fields">;

  constructor(code: ErrorCode, detail: string, more: ApiError["more"] = {}) {
    super(detail);
    this.code = code;
    this.more = more;
  }

  /** The HTTP answer. */
  toResponse(): Response {
    const { status, title } = CODES[this.code];
    const details: Details = {
      type: `urn:pitcrew:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...this.more,
    };
    const headers = new Headers({ "content-type": "application/problem+json" });
    if (status === 401) headers.set("www-authenticate", 'Bearer realm="pitcrew"');
    if (status === 429) headers.set("retry-after", "5");
    return new Response(JSON.stringify(details), { status, headers });
  }
}
