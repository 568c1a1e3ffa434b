/**
 * The other methods of Temporal's service: known by name, so that a node that calls one is told
 * that it may not, rather than that there is none.
 *
 * @module
 */
import proto from "@temporalio/proto";
import { RULES, SERVICE } from "./rules.ts";

/** Protobufjs' root, of which the package's own types only name the messages. */
const root = proto as unknown as { lookupService(name: string): { methods: object } };

/** Names of every method of the service that is not allowed. */
export const OTHER_METHODS: string[] = Object.keys(
  root.lookupService(SERVICE).methods,
).filter((method) => !Object.hasOwn(RULES, method));
