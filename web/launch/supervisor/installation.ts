/**
 * Everything that the processes' command lines depend on.
 *
 * @module
 */
import type { Temporal } from "../setup/mod.ts";
import type { StartOptions } from "./options.ts";
import type { Ports } from "./ports.ts";

/** One installation. */
export interface Installation {
  options: StartOptions;
  ports: Ports;
  temporal: Temporal;
}

/** Where the control plane finds Temporal, as `host:port`. */
export function temporalAddress({ temporal, ports }: Installation): string {
  return temporal.kind === "address" ? temporal.address : `127.0.0.1:${ports.temporal}`;
}
