/**
 * The gateway: nodes reach Temporal only through it. A gRPC server that passes raw messages of the
 * allowed methods on, each in the name of the node whose token came with it.
 *
 * @module
 */
import { answer, failure, GrpcError, readMessage, Status, timeoutMs } from "./grpc.ts";
import { NodeCalls } from "./node_calls.ts";
import { admit, Refusal, type Rule, RULES, type Scope, SERVICE } from "./rules.ts";
import { OTHER_METHODS } from "./service_methods.ts";
import { TaskTokens } from "./task_tokens.ts";
import { Upstream } from "./upstream.ts";

/** What the gateway is made of. */
export interface GatewayOptions {
  /** `host:port` to listen on; port 0 for any. */
  listen: string;
  /** `host:port` of Temporal. */
  temporalAddress: string;
  /** Temporal's namespace. */
  namespace: string;
  /** 32 bytes; task tokens are bound to nodes with it. */
  key: Uint8Array;
  /** The node whose bearer token this is. */
  nodeOf(token: string): string | null;
  /** A node asked for what it may not have. */
  onDenied(denial: { node: string | null; method: string; reason: string }): void;
}

/** A listening gateway. */
export interface Gateway {
  /** Where it listens. */
  port: number;
  /** Ends polls, and lets other calls end for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A call without a deadline of its own gets this one, milliseconds. */
const DEFAULT_LIMIT_MS = 30_000;
/** No call may wait longer than this; Temporal answers a poll within 60 s. */
const MAX_LIMIT_MS = 90_000;

/** The client's version goes along, since Temporal answers by it; the token does not. */
const PASSED_ON = ["client-name", "client-version", "supported-server-versions"];

/** Starts the gateway. */
export function startGateway(options: GatewayOptions): Gateway {
  const calls = new Calls(options);
  const { hostname, port } = new URL(`http://${options.listen}`);
  const server = Deno.serve({
    hostname,
    port: Number(port || 80),
    onListen: () => {},
    onError: () => failure(new GrpcError(Status.INTERNAL, "internal error")),
  }, (request) => calls.handle(request));
  return {
    port: server.addr.port,
    async close(graceMs) {
      calls.endPolls();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
      calls.close();
    },
  };
}

/** Calls of nodes. */
class Calls {
  readonly #options: GatewayOptions;
  readonly #upstream: Upstream;
  readonly #tokens: TaskTokens;
  readonly #underWay = new NodeCalls();
  readonly #ending = new AbortController();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#upstream = new Upstream(options.temporalAddress);
    this.#tokens = new TaskTokens(options.key);
  }

  /** Answers one; never throws. */
  async handle(request: Request): Promise<Response> {
    try {
      return answer(await this.#answerTo(request));
    } catch (error) {
      if (error instanceof GrpcError) return failure(error);
      return failure(new GrpcError(Status.INTERNAL, "internal error"));
    } finally {
      // What a refused caller still sends is not waited for.
      if (!request.bodyUsed) await request.body?.cancel().catch(() => {});
    }
  }

  endPolls(): void {
    this.#ending.abort();
  }

  close(): void {
    this.#upstream.close();
  }

  async #answerTo(request: Request): Promise<Uint8Array> {
    const method = methodOf(request);
    const node = this.#authenticate(request, method);
    const rule = Object.hasOwn(RULES, method) ? RULES[method] : undefined;
    if (rule === undefined) {
      this.#options.onDenied({ node, method, reason: "not one of the allowed methods" });
      throw new GrpcError(Status.PERMISSION_DENIED, `nodes may not call ${method}`);
    }
    const longPoll = rule.longPoll === true;
    // Counted before its body is read, so that slow senders count as well.
    if (!this.#underWay.begin(node, longPoll)) {
      throw new GrpcError(Status.RESOURCE_EXHAUSTED, "too many calls of this node at a time");
    }
    try {
      return await this.#passOn(request, method, rule, node);
    } finally {
      this.#underWay.end(node, longPoll);
    }
  }

  #authenticate(request: Request, method: string): string {
    const secret = /^Bearer ([\w-]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    const node = secret === undefined ? null : this.#options.nodeOf(secret);
    if (node !== null) return node;
    this.#options.onDenied({ node: null, method, reason: "no token of a node" });
    throw new GrpcError(Status.UNAUTHENTICATED, "this needs a node's token");
  }

  async #passOn(request: Request, method: string, rule: Rule, node: string): Promise<Uint8Array> {
    const scope: Scope = { node, namespace: this.#options.namespace, tokens: this.#tokens };
    const { headers } = request;
    const began = Date.now();
    const message = await readMessage(request.body, headers.get("grpc-encoding"));
    if (message === null) throw new GrpcError(Status.INVALID_ARGUMENT, "there is no message");
    const asked = timeoutMs(headers.get("grpc-timeout")) ?? DEFAULT_LIMIT_MS;
    const longPoll = rule.longPoll === true;
    const answered = await this.#upstream.call(method, this.#admit(message, method, rule, scope), {
      headers: passedOn(headers),
      limitMs: Math.min(asked, MAX_LIMIT_MS) - (Date.now() - began),
      // It ends when the caller goes away, so that a poll of nobody swallows no task.
      signal: longPoll ? AbortSignal.any([request.signal, this.#ending.signal]) : request.signal,
      longPoll,
    });
    if (rule.response === undefined) return answered;
    try {
      return rule.response(answered, scope);
    } catch (cause) {
      throw new GrpcError(Status.INTERNAL, `Temporal's answer: ${(cause as Error).message}`);
    }
  }

  #admit(message: Uint8Array, method: string, rule: Rule, scope: Scope): Uint8Array {
    try {
      return admit(rule, message, scope);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#options.onDenied({ node: scope.node, method, reason: error.message });
      const code = error.kind === "denied" ? Status.PERMISSION_DENIED : Status.INVALID_ARGUMENT;
      throw new GrpcError(code, error.message);
    }
  }
}

/** The method's name; what is no call of the service at all is refused. */
function methodOf(request: Request): string {
  const { pathname } = new URL(request.url);
  const method = pathname.slice(`/${SERVICE}/`.length);
  const isGrpc = request.method === "POST" &&
    (request.headers.get("content-type") ?? "").startsWith("application/grpc");
  const known = Object.hasOwn(RULES, method) || OTHER_METHODS.includes(method);
  if (!isGrpc || !known || pathname !== `/${SERVICE}/${method}`) {
    throw new GrpcError(Status.UNIMPLEMENTED, "there is no such method");
  }
  return method;
}

function passedOn(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => headers.has(name) ? [[name, headers.get(name)!]] : []),
  );
}
