/**
 * The HTTP listener.
 *
 * @module
 */

/** A listening server. */
export interface HttpServer {
  port: number;
  /** Takes no more requests, and lets those under way end for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Listens on `hostname`. */
export function serveHttp(
  hostname: string,
  port: number,
  handler: (request: Request) => Promise<Response>,
): HttpServer {
  const server = Deno.serve({
    hostname,
    port,
    onListen: () => {},
    onError: () => new Response("internal error", { status: 500 }),
  }, handler);
  return {
    port: server.addr.port,
    async close(graceMs) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      // Aborting a server that is shutting down throws in Deno 2.9; the process ends anyway.
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
    },
  };
}
