/**
 * A real HTTP server in the place of the control plane, for tests.
 *
 * @module
 */
import { CentreClient } from "./client.ts";

/** A running server and a client for it. */
export interface TestCentre extends AsyncDisposable {
  client: CentreClient;
  /** Replaces the handler, e.g. to play dead. */
  answer(handler: (request: Request) => Response | Promise<Response>): void;
}

/** Serves on a free port of the loopback interface. */
export function serveCentre(
  handler: (request: Request) => Response | Promise<Response>,
): TestCentre {
  let current = handler;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => current(request),
  );
  const credentials = {
    nodeId: "local",
    token: "pn_test",
    controlPlaneUrl: `http://127.0.0.1:${server.addr.port}`,
    gatewayAddress: "127.0.0.1:1",
    namespace: "default",
    permitPublicKey: "none",
  };
  return {
    client: new CentreClient(() => Promise.resolve(credentials)),
    answer: (next) => current = next,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
