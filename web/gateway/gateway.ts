/**
 * The gateway: nodes reach Temporal only through it. A gRPC server that passes raw messages of the
 * allowed methods on, each in the name of the node whose token came with it.
 *
 * @module
 */
import {
  Client,
  credentials,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { NodeCalls } from "./node_calls.ts";
import { admit, Refusal, type Rule, RULES, type Scope, SERVICE } from "./rules.ts";
import { OTHER_METHODS } from "./service_methods.ts";
import { TaskTokens } from "./task_tokens.ts";

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
  /** Lets calls end for at most `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/** Largest message either way: Temporal's own limit for a payload is 2 MiB. */
const MAX_MESSAGE = 4 * 1024 * 1024;
/** A call without a deadline of its own gets this one, milliseconds. */
const DEFAULT_DEADLINE_MS = 30_000;
/** No call may wait longer than this; Temporal answers a poll within 60 s. */
const MAX_DEADLINE_MS = 90_000;

const same = (bytes: Buffer): Buffer => bytes;

type Call = ServerUnaryCall<Buffer, Buffer>;

/** Starts the gateway. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const upstream = new Client(options.temporalAddress, credentials.createInsecure(), {
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
    // Finds Temporal again soon after it was away.
    "grpc.max_reconnect_backoff_ms": 1_000,
  });
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
    "grpc.max_concurrent_streams": 128,
    // A node that vanished without a word is noticed, so that its poll swallows no task.
    "grpc.keepalive_time_ms": 5_000,
    "grpc.keepalive_timeout_ms": 5_000,
  });
  const tokens = new TaskTokens(options.key);
  const calls = new NodeCalls();

  const authenticate = (call: Call, method: string): string => {
    const header = call.metadata.get("authorization")[0];
    const secret = typeof header === "string" ? /^Bearer ([\w-]+)$/i.exec(header)?.[1] : undefined;
    const node = secret === undefined ? null : options.nodeOf(secret);
    if (node !== null) return node;
    options.onDenied({ node: null, method, reason: "no token of a node" });
    throw grpcError(status.UNAUTHENTICATED, "this needs a node's token");
  };

  const allowed = (method: string, rule: Rule) => (call: Call, done: sendUnaryData<Buffer>) => {
    let node = "";
    try {
      node = authenticate(call, method);
      const scope: Scope = { node, namespace: options.namespace, tokens };
      const request = Buffer.from(admit(rule, call.request, scope));
      if (!calls.begin(node, rule.longPoll === true)) {
        throw grpcError(status.RESOURCE_EXHAUSTED, "too many calls of this node at a time");
      }
      passOn(upstream, method, call, request, (error, answer) => {
        calls.end(node, rule.longPoll === true);
        if (error) return done(error);
        try {
          const passed = rule.response ? rule.response(answer!, scope) : answer!;
          done(null, Buffer.from(passed));
        } catch (cause) {
          done(grpcError(status.INTERNAL, `Temporal's answer: ${(cause as Error).message}`));
        }
      });
    } catch (error) {
      if (error instanceof Refusal) {
        options.onDenied({ node, method, reason: error.message });
        const code = error.kind === "denied" ? status.PERMISSION_DENIED : status.INVALID_ARGUMENT;
        return done(grpcError(code, error.message));
      }
      done(error as ServiceError);
    }
  };

  const denied = (method: string) => (call: Call, done: sendUnaryData<Buffer>) => {
    try {
      const node = authenticate(call, method);
      options.onDenied({ node, method, reason: "not one of the allowed methods" });
      done(grpcError(status.PERMISSION_DENIED, `nodes may not call ${method}`));
    } catch (error) {
      done(error as ServiceError);
    }
  };

  for (const [method, rule] of Object.entries(RULES)) {
    server.register(`/${SERVICE}/${method}`, allowed(method, rule), same, same, "unary");
  }
  for (const method of OTHER_METHODS) {
    server.register(`/${SERVICE}/${method}`, denied(method), same, same, "unary");
  }
  const port = await bind(server, options.listen);

  return {
    port,
    close: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.forceShutdown(), graceMs);
        server.tryShutdown(() => {
          clearTimeout(timer);
          upstream.close();
          resolve();
        });
      }),
  };
}

/** One call to Temporal, with the caller's deadline; it ends when the caller goes away. */
function passOn(
  upstream: Client,
  method: string,
  call: Call,
  request: Buffer,
  done: (error: ServiceError | null, answer?: Buffer) => void,
): void {
  const outgoing = upstream.makeUnaryRequest(
    `/${SERVICE}/${method}`,
    same,
    same,
    request,
    clientHeaders(call.metadata),
    { deadline: deadlineOf(call) },
    (error, answer) => done(error ? withoutInternals(error) : null, answer),
  );
  if (call.cancelled) outgoing.cancel();
  else call.on("cancelled", () => outgoing.cancel());
}

function deadlineOf(call: Call): Date {
  const asked = call.getDeadline();
  const now = Date.now();
  const given = Number(asked);
  const until = Number.isFinite(given) ? given : now + DEFAULT_DEADLINE_MS;
  return new Date(Math.min(until, now + MAX_DEADLINE_MS));
}

/** The client's version goes along, since Temporal answers by it; the token does not. */
function clientHeaders(metadata: Metadata): Metadata {
  const passed = new Metadata();
  for (const name of ["client-name", "client-version", "supported-server-versions"]) {
    for (const value of metadata.get(name)) passed.add(name, value);
  }
  return passed;
}

function withoutInternals(error: ServiceError): ServiceError {
  const passed = grpcError(error.code, error.details);
  // Workers read Temporal's typed details out of this trailer.
  const details = error.metadata?.get("grpc-status-details-bin") ?? [];
  for (const value of details) passed.metadata.add("grpc-status-details-bin", value);
  return passed;
}

function grpcError(code: status, details: string): ServiceError {
  const error = Object.assign(new Error(details), { code, details, metadata: new Metadata() });
  return error as ServiceError;
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}
