/**
 * What a node may ask of Temporal: the allowed methods, and for each what its request must say.
 *
 * @module
 */
import type { TaskTokens } from "./task_tokens.ts";
import { readFields, single, text, WireError, withField } from "./wire.ts";

/** Why a request is not passed on. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly kind: "denied" | "invalid";

  constructor(kind: Refusal["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Who asks, and the world they may see. */
export interface Scope {
  node: string;
  namespace: string;
  tokens: TaskTokens;
}

/** A method's rule. */
export interface Rule {
  /** Checks a request and makes it what Temporal gets. */
  request(message: Uint8Array, scope: Scope): Uint8Array;
  /** Makes of Temporal's answer what the node gets. */
  response?(message: Uint8Array, scope: Scope): Uint8Array;
  /** Answered only when there is work; others are answered at once. */
  longPoll?: boolean;
}

/** A node's task queue. */
export function queueOf(node: string): string {
  return `node:${node}`;
}

const NORMAL_QUEUE = 1;

function requireNamespace(given: string, { namespace }: Scope): void {
  if (given !== namespace) throw new Refusal("denied", `namespace \`${given}\` is not this node's`);
}

function requireQueue(given: string, { node }: Scope): void {
  if (given !== queueOf(node)) throw new Refusal("denied", `queue \`${given}\` is not this node's`);
}

/** Field numbers of `temporal.api.workflowservice.v1`, by message. */
const POLL = { namespace: 1, taskQueue: 2, workerControlTaskQueue: 9 };
const TASK_QUEUE = { name: 1, kind: 2, normalName: 3 };
const TASK_TOKEN = 1;
const SHUTDOWN = { namespace: 1, stickyTaskQueue: 2, taskQueue: 7 };

const poll: Rule = {
  longPoll: true,
  request(message, scope) {
    const fields = readFields(message);
    requireNamespace(text(fields, POLL.namespace), scope);
    const queue = readFields(single(fields, POLL.taskQueue) ?? new Uint8Array());
    requireQueue(text(queue, TASK_QUEUE.name), scope);
    // A sticky queue is named by `normalName` as well; activities have none.
    const kinds = queue.filter((field) => field.number === TASK_QUEUE.kind);
    const normal = kinds.every(({ raw }) => raw.length === 2 && raw[1]! <= NORMAL_QUEUE);
    if (!normal || text(queue, TASK_QUEUE.normalName) !== "") {
      throw new Refusal("denied", "a sticky queue is not this node's");
    }
    // Commands for workers come over Nexus, which nodes do not poll.
    return withField(fields, POLL.workerControlTaskQueue, null);
  },
  response(message, { node, tokens }) {
    const fields = readFields(message);
    const token = single(fields, TASK_TOKEN);
    // An empty answer means that there was no work.
    return token === null || token.length === 0
      ? message
      : withField(fields, TASK_TOKEN, tokens.wrap(node, token));
  },
};

/** A message about one task, with its namespace in `namespace`. */
function aboutTask(namespace: number): Rule {
  return {
    request(message, scope) {
      const fields = readFields(message);
      requireNamespace(text(fields, namespace), scope);
      const token = scope.tokens.unwrap(scope.node, single(fields, TASK_TOKEN) ?? new Uint8Array());
      if (token === null) throw new Refusal("denied", "the task token is not this node's");
      return withField(fields, TASK_TOKEN, token);
    },
  };
}

/** A message that names a namespace and nothing else that matters. */
function inNamespace(namespace: number, absent: number[] = []): Rule {
  return {
    request(message, scope) {
      const fields = readFields(message);
      requireNamespace(text(fields, namespace), scope);
      for (const number of absent) {
        if (text(fields, number) !== "") throw new Refusal("denied", "only by namespace");
      }
      return message;
    },
  };
}

const shutdown: Rule = {
  request(message, scope) {
    const fields = readFields(message);
    requireNamespace(text(fields, SHUTDOWN.namespace), scope);
    if (text(fields, SHUTDOWN.stickyTaskQueue) !== "") {
      throw new Refusal("denied", "a sticky queue is not this node's");
    }
    const queue = text(fields, SHUTDOWN.taskQueue);
    if (queue !== "") requireQueue(queue, scope);
    return message;
  },
};

/** The service whose methods these are. */
export const SERVICE = "temporal.api.workflowservice.v1.WorkflowService";

/** Allowed methods; all else is denied. */
export const RULES: Record<string, Rule> = {
  GetSystemInfo: { request: (message) => message },
  DescribeNamespace: inNamespace(1, [2]),
  PollActivityTaskQueue: poll,
  RespondActivityTaskCompleted: aboutTask(4),
  RespondActivityTaskFailed: aboutTask(4),
  RespondActivityTaskCanceled: aboutTask(4),
  RecordActivityTaskHeartbeat: aboutTask(4),
  ShutdownWorker: shutdown,
  RecordWorkerHeartbeat: inNamespace(1),
};

/** Applies a rule's request side; what is no message at all is refused as invalid. */
export function admit(rule: Rule, message: Uint8Array, scope: Scope): Uint8Array {
  try {
    return rule.request(message, scope);
  } catch (error) {
    if (error instanceof WireError) throw new Refusal("invalid", error.message);
    throw error;
  }
}
