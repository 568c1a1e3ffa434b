/**
 * The API over HTTP. Every failure, also one of the network, becomes an {@linkcode ApiError} that
 * says what a person can do about it.
 *
 * @module
 */
import type { Node, Page, Plan, ProblemDetails, Run, Runbook, RunbookSummary } from "./types.ts";
import type { RunSummary } from "./types.ts";
import type { Report } from "./outputs.ts";

/** Largest artifact that is read into a page; larger ones are only offered for download. */
export const MAX_INLINE_BYTES = 8 * 1024 * 1024;

/** A refused or failed request. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly problem: Partial<ProblemDetails>;

  constructor(status: number, problem: Partial<ProblemDetails>) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

let onSignedOut = () => {};

/** Registers what happens when the server no longer knows this session. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

/** Filters of the list of runs. */
export interface RunFilter {
  status?: string;
  runbook?: string;
  node?: string;
  limit?: number;
  cursor?: string;
}

/** What a run is started with. */
export interface StartRequest {
  runbook: string;
  node?: string;
  params: Record<string, unknown>;
  dryRun: boolean;
  idempotencyKey: string;
}

/** The operations that the console uses. */
export const api = {
  runs: (filter: RunFilter = {}, signal?: AbortSignal) =>
    get<Page<RunSummary>>(`/api/v1/runs${query({ ...filter })}`, signal),
  run: (id: string, signal?: AbortSignal) => get<Run>(`/api/v1/runs/${enc(id)}`, signal),
  report: (id: string, signal?: AbortSignal) =>
    get<Report>(`/api/v1/runs/${enc(id)}/report`, signal),
  cancel: (id: string, reason: string) =>
    post<Run>(`/api/v1/runs/${enc(id)}/cancel`, reason ? { reason } : {}),
  start: (request: StartRequest) => post<Run & { joined?: boolean }>("/api/v1/runs", request),
  runbooks: (signal?: AbortSignal) => get<Page<RunbookSummary>>("/api/v1/runbooks", signal),
  runbook: (name: string, signal?: AbortSignal) =>
    get<Runbook>(`/api/v1/runbooks/${enc(name)}`, signal),
  plan: (
    name: string,
    body: { node: string; params: Record<string, unknown>; dryRun: boolean },
    signal?: AbortSignal,
  ) => post<Plan>(`/api/v1/runbooks/${enc(name)}/plan`, body, signal),
  nodes: (signal?: AbortSignal) => get<Page<Node>>("/api/v1/nodes", signal),
  node: (id: string, signal?: AbortSignal) => get<Node>(`/api/v1/nodes/${enc(id)}`, signal),
  artifactText: (sha256: string, signal?: AbortSignal) =>
    request("GET", artifactPath(sha256), undefined, signal).then((answer) => answer.text()),
  session: (signal?: AbortSignal) =>
    get<{ name: string; role: "viewer" | "operator" | "admin" }>("/api/v1/session", signal),
  signOut: () => request("POST", "/api/v1/sign-out", {}),
};

/** Where an artifact is downloaded. */
export function artifactPath(sha256: string): string {
  return `/api/v1/artifacts/${enc(sha256)}`;
}

/** Where the report's Markdown is. */
export function markdownPath(runId: string): string {
  return `/api/v1/runs/${enc(runId)}/report?format=markdown`;
}

/** `{a: 1, b: undefined}` → `?a=1`. */
export function query(values: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  return search.size > 0 ? `?${search}` : "";
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return await (await request("GET", path, undefined, signal)).json();
}

async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return await (await request("POST", path, body, signal)).json();
}

async function request(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      signal,
      credentials: "same-origin",
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, {
      code: "unavailable",
      detail: "The control plane does not answer",
      hint: "Look whether `deno task start` is still running; this page tries again by itself.",
    });
  }
  if (answer.ok) return answer;
  if (answer.status === 401) onSignedOut();
  throw new ApiError(answer.status, await problemOf(answer));
}

async function problemOf(answer: Response): Promise<Partial<ProblemDetails>> {
  const fallback = { detail: `The server answered ${answer.status} ${answer.statusText}`.trim() };
  try {
    const body = await answer.json();
    return typeof body === "object" && body !== null ? body : fallback;
  } catch {
    return fallback;
  }
}

function enc(part: string): string {
  return encodeURIComponent(part);
}
