/**
 * A real Unix socket server for tests of the client, with full control over its bytes.
 *
 * @module
 */
import { encodeFrame, FrameReader } from "./frame.ts";

/** One request as the server read it. */
export interface Received {
  v: number;
  id: number;
  method: string;
  deadlineMs?: number;
  params: unknown;
  cancel?: number;
}

/** The server's side of one connection. */
export interface Peer {
  send(message: unknown): Promise<void>;
  sendBytes(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** A listening server; `await using` ends it. */
export interface TestServer extends AsyncDisposable {
  path: string;
  /** Everything clients sent, cancels among it. */
  received: Received[];
  /** Ends all connections and stops listening; the path stays free for another server. */
  stop(): Promise<void>;
}

/** Listens on `path` (a fresh temporary one by default) and hands each message to `answer`. */
export async function serve(
  answer: (message: Received, peer: Peer) => unknown,
  path?: string,
): Promise<TestServer> {
  const dir = path ? undefined : await Deno.makeTempDir();
  const at = path ?? `${dir}/test.sock`;
  const listener = Deno.listen({ transport: "unix", path: at });
  const received: Received[] = [];
  const peers = new Set<Peer>();
  const reading: Promise<void>[] = [];

  const accepting = (async () => {
    for await (const conn of listener) {
      const peer = peerOf(conn);
      peers.add(peer);
      reading.push(
        read(conn, async (message) => {
          received.push(message);
          await answer(message, peer);
        }).finally(() => {
          peers.delete(peer);
          peer.close();
        }),
      );
    }
  })().catch(() => {});

  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    listener.close();
    for (const peer of peers) peer.close();
    await accepting;
    await Promise.all(reading);
    await Deno.remove(at).catch(() => {});
  };
  return {
    path: at,
    received,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (dir) await Deno.remove(dir, { recursive: true });
    },
  };
}

function peerOf(conn: Deno.Conn): Peer {
  const sendBytes = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  };
  return {
    sendBytes: (bytes) => sendBytes(bytes).catch(() => {}),
    send: (message) => sendBytes(encodeFrame(message, 1 << 30)).catch(() => {}),
    close() {
      try {
        conn.close();
      } catch {
        // Closed by the client already.
      }
    },
  };
}

async function read(conn: Deno.Conn, take: (message: Received) => unknown): Promise<void> {
  const frames = new FrameReader();
  const chunk = new Uint8Array(64 * 1024);
  try {
    for (let count = 0; (count = await conn.read(chunk) ?? 0) > 0;) {
      for (const message of frames.push(chunk.subarray(0, count))) take(message as Received);
    }
  } catch {
    // The test ended the connection.
  }
}
