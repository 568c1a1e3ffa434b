/**
 * Calls of the control plane's API.
 *
 * @module
 */
import {
  type InputOf,
  type Operation,
  type OperationName,
  OPERATIONS,
  type OutputOf,
  toRequest,
} from "../../operations/mod.ts";
import { CliFailure, EXIT, type ExitCode } from "../core/failure.ts";
import type { Connection } from "./connection.ts";

/** Details of a refused call (RFC 9457). */
interface ProblemDetails {
  code?: string;
  title?: string;
  detail?: string;
  hint?: string;
  problems?: { line?: number; column?: number; message: string }[];
}

/** Finds the installation and the token that `role` needs; called at the first request. */
export type Connect = (role: "operator" | "admin") => Connection;

/** One control plane. */
export class Api {
  readonly #connect: Connect;
  readonly #interrupted: AbortSignal;

  /** `interrupted` ends every call. */
  constructor(connect: Connect, interrupted: AbortSignal) {
    this.#connect = connect;
    this.#interrupted = interrupted;
  }

  /** Base address, without a slash at the end. */
  get url(): string {
    return this.#connect("operator").url.replace(/\/+$/, "");
  }

  /** Calls an operation of the table, with the admin's token only where its role needs it. */
  async call<Name extends OperationName>(
    name: Name,
    input: InputOf<Name>,
  ): Promise<OutputOf<Name>> {
    const operation: Operation = OPERATIONS[name];
    const { url, body } = toRequest(operation, input);
    const role = operation.role === "admin" ? "admin" : "operator";
    const response = await this.#fetch(operation.method, url, body, {}, role);
    return await json(response, `${operation.method} ${url}`) as OutputOf<Name>;
  }

  /** POST of a JSON body outside the table. */
  async post<T>(path: string, body: unknown): Promise<T> {
    return await json(await this.#fetch("POST", path, JSON.stringify(body)), path) as T;
  }

  /** GET of a JSON answer outside the table. */
  async get<T>(path: string): Promise<T> {
    return await json(await this.#fetch("GET", path), path) as T;
  }

  /**
   * The raw answer of a GET, for text, files and event streams.
   *
   * @throws {CliFailure} with the exit code that fits
   */
  async raw(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return await this.#fetch("GET", path, undefined, headers);
  }

  async #fetch(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
    role: "operator" | "admin" = "operator",
  ): Promise<Response> {
    const { token } = this.#connect(role);
    let response: Response;
    try {
      response = await fetch(this.url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        signal: this.#interrupted,
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      if (this.#interrupted.aborted) throw new CliFailure(EXIT.interrupted, "interrupted");
      throw new CliFailure(
        EXIT.unreachable,
        `cannot reach ${this.url}: ${(error as Error).message}`,
        "is it running? `deno task start` starts a local installation",
      );
    }
    if (response.ok) return response;
    throw await refusal(response);
  }
}

async function json(response: Response, what: string): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new CliFailure(EXIT.failed, `${what} was not answered with JSON`);
  }
}

const EXIT_BY_CODE: Record<string, ExitCode> = {
  invalid_argument: EXIT.usage,
  too_large: EXIT.usage,
  not_found: EXIT.notFound,
  unauthenticated: EXIT.refused,
  forbidden: EXIT.refused,
  node_offline: EXIT.unreachable,
  unavailable: EXIT.unreachable,
  rate_limited: EXIT.unreachable,
};

const EXIT_BY_STATUS: Record<number, ExitCode> = {
  400: EXIT.usage,
  401: EXIT.refused,
  403: EXIT.refused,
  404: EXIT.notFound,
  413: EXIT.usage,
  422: EXIT.usage,
  429: EXIT.unreachable,
  502: EXIT.unreachable,
  503: EXIT.unreachable,
  504: EXIT.unreachable,
};

async function refusal(response: Response): Promise<CliFailure> {
  const problem = await response.json().catch(() => ({})) as ProblemDetails;
  const exit = EXIT_BY_CODE[problem.code ?? ""] ?? EXIT_BY_STATUS[response.status] ?? EXIT.failed;
  const places = (problem.problems ?? []).map(({ line, column, message }) =>
    line === undefined ? message : `${line}:${column}: ${message}`
  );
  const text = problem.detail ?? problem.title ?? `the control plane answered ${response.status}`;
  return new CliFailure(exit, [text, ...places].join("\n  "), problem.hint);
}
