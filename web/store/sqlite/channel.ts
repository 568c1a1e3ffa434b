/**
 * The main thread's end of a database thread.
 *
 * @module
 */
import type { AuditHead } from "../port.ts";
import type { Open, Opened, Request, Response } from "./protocol.ts";

/** The database refused or failed a command. */
export class StoreError extends Error {
  /** For logs. */
  override readonly name = "StoreError";
  /** SQLite's code where there is one. */
  readonly code?: string;

  /** A failure in words. */
  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** A running database thread. */
export interface Channel {
  /** Names of the commands it takes. */
  readonly commands: string[];
  call(name: string, args: unknown[]): Promise<unknown>;
  /** Ends the thread after what is queued. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Starts a database thread; rejects with SQLite's reason when the file cannot be opened. */
export async function openChannel(
  open: Open,
  onHead: (head: AuditHead) => void,
): Promise<Channel> {
  const thread = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: `database-${open.access}`,
  });
  const waiting = new Map<number, Waiting>();
  let lost: Error | null = null;
  let nextId = 1;

  const commands = await new Promise<string[]>((resolve, reject) => {
    thread.onmessage = (event: MessageEvent<Opened>) => {
      if (event.data.opened) return resolve(event.data.commands);
      reject(new StoreError(`cannot open ${open.file}: ${event.data.error}`));
    };
    thread.onerror = (event) => {
      event.preventDefault();
      reject(new StoreError(event.message));
    };
    thread.postMessage(open);
  });

  thread.onmessage = ({ data }: MessageEvent<Response>) => {
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) {
      caller?.reject(new StoreError(data.error.message, data.error.code));
      return;
    }
    if (data.head) onHead(data.head);
    caller?.resolve(data.value);
  };
  thread.onerror = (event) => {
    event.preventDefault();
    lost = new StoreError(`the database thread ended: ${event.message}`);
    for (const caller of waiting.values()) caller.reject(lost);
    waiting.clear();
  };

  const call = (name: string, args: unknown[]): Promise<unknown> => {
    if (lost) return Promise.reject(lost);
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      thread.postMessage({ id, name, args } satisfies Request);
    });
  };
  return {
    commands,
    call,
    async close() {
      await call("close", []);
      lost = new StoreError("the store is closed");
      thread.terminate();
    },
  };
}
