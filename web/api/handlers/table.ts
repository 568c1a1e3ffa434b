/**
 * One handler for each operation.
 *
 * @module
 */
import { administrationHandlers } from "./administration.ts";
import type { Handlers } from "./handler.ts";
import { nodeHandlers } from "./nodes.ts";
import { runbookHandlers } from "./runbooks.ts";
import { runHandlers } from "./runs.ts";

/** All handlers; leaving one out does not compile. */
export const HANDLERS: Handlers = {
  ...runHandlers,
  ...runbookHandlers,
  ...nodeHandlers,
  ...administrationHandlers,
};

export type { Call } from "./handler.ts";
