/**
 * What a raw route's handler is given.
 *
 * @module
 */
import type { AccessRegistry } from "../access/registry.ts";
import type { Principal } from "../access/principal.ts";
import type { Throttle } from "../access/throttle.ts";
import type { ApiPorts } from "../ports.ts";

/** A request that passed the role table; `principal` is null on routes for everybody. */
export interface RawCall {
  request: Request;
  params: Record<string, string>;
  principal: Principal | null;
  ports: ApiPorts;
  registry: AccessRegistry;
  /** Failed sign-ins. */
  failures: Throttle;
}

/** Answers it. */
export type RawHandler = (call: RawCall) => Promise<Response>;
