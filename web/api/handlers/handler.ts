/**
 * What a handler is given besides its input.
 *
 * @module
 */
import type { InputOf, OperationName, OutputOf } from "../../operations/mod.ts";
import type { AccessRegistry } from "../access/registry.ts";
import type { Principal } from "../access/principal.ts";
import type { ApiPorts } from "../ports.ts";

/** One request of somebody who may make it. */
export interface Call {
  principal: Principal;
  request: Request;
  ports: ApiPorts;
  registry: AccessRegistry;
  /** Status of the answer, when it is not the operation's own. */
  status?: number;
}

/** A handler for every operation; a `Response` is sent as it is. */
export type Handlers<Names extends OperationName = OperationName> = {
  [Name in Names]: (input: InputOf<Name>, call: Call) => Promise<OutputOf<Name> | Response>;
};
