/**
 * The three loopback ports of an installation.
 *
 * @module
 */
import { LaunchError } from "../errors.ts";

/** Ports on 127.0.0.1. */
export interface Ports {
  /** API and console. */
  web: number;
  /** gRPC gateway for the nodes. */
  gateway: number;
  /** The embedded Temporal server. */
  temporal: number;
}

/** What each port is for, as messages name it. */
const PURPOSE: Record<keyof Ports, string> = {
  web: "the console",
  gateway: "the gateway",
  temporal: "Temporal",
};

/**
 * Settles the ports and makes sure that they can be bound.
 *
 * @param port the first of three, or 0 for any three free ones
 * @param embedded whether Temporal's port is needed
 * @throws {LaunchError} naming the port that is in use
 */
export function choosePorts(port: number, embedded: boolean): Ports {
  const listeners: Deno.Listener[] = [];
  const bind = (purpose: keyof Ports, wanted: number): number => {
    try {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: wanted });
      listeners.push(listener);
      return (listener.addr as Deno.NetAddr).port;
    } catch (error) {
      throw portError(error, PURPOSE[purpose], wanted);
    }
  };
  try {
    const next = (offset: number) => port === 0 ? 0 : port + offset;
    return {
      web: bind("web", next(0)),
      gateway: bind("gateway", next(1)),
      temporal: embedded ? bind("temporal", next(2)) : 0,
    };
  } finally {
    for (const listener of listeners) listener.close();
  }
}

function portError(error: unknown, purpose: string, port: number): LaunchError {
  if (error instanceof Deno.errors.AddrInUse) {
    return new LaunchError(
      `port ${port} (for ${purpose}) is in use`,
      `choose others with --port PORT (three in a row; 0 picks free ones), ` +
        `or see who has it: ss -ltnp 'sport = :${port}'`,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new LaunchError(
      `port ${port} (for ${purpose}) may not be used: permission denied`,
      "choose one above 1023 with --port PORT",
    );
  }
  return new LaunchError(
    `port ${port} (for ${purpose}) cannot be used: ${(error as Error).message}`,
    "choose another with --port PORT",
  );
}
