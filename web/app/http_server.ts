/**
 * The HTTP listener.
 *
 * @module
 */

/** A listening server. */
export interface HttpServer {
  port: number;
  /** Lets requests end for at most `graceMs`, then cuts them off; event streams always are. */
  close(graceMs: number): Promise<void>;
}

/** Listens on `hostname`. */
export function serveHttp(
  hostname: string,
  port: number,
  handler: (request: Request) => Promise<Response>,
): HttpServer {
  const cutOff = new AbortController();
  const server = Deno.serve({
    hostname,
    port,
    signal: cutOff.signal,
    onListen: () => {},
    onError: () => new Response("internal error", { status: 500 }),
  }, handler);
  return {
    port: server.addr.port,
    async close(graceMs) {
      const timer = setTimeout(() => cutOff.abort(), graceMs);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}
