/**
 * Every operation by name. The name is also the CLI's command, e.g. `run start`.
 *
 * @module
 */
import type { z } from "zod";
import { auditList, auditVerify, sessionGet, signinLink, signOut } from "./administration.ts";
import { memoryVictims, nodeGet, nodeList } from "./nodes.ts";
import { runbookGet, runbookList, runbookPlan, runbookValidate } from "./runbooks.ts";
import { runCancel, runGet, runList, runReport, runStart } from "./runs.ts";

/** The table. */
export const OPERATIONS = {
  "runbook.list": runbookList,
  "runbook.get": runbookGet,
  "runbook.validate": runbookValidate,
  "runbook.plan": runbookPlan,
  "run.start": runStart,
  "run.list": runList,
  "run.get": runGet,
  "run.cancel": runCancel,
  "run.report": runReport,
  "node.list": nodeList,
  "node.get": nodeGet,
  "memory.victims": memoryVictims,
  "audit.list": auditList,
  "audit.verify": auditVerify,
  "session.get": sessionGet,
  "signin.link": signinLink,
  "signin.out": signOut,
} as const;

/** Name of an operation. */
export type OperationName = keyof typeof OPERATIONS;

/**
 * What an operation takes.
 *
 * @internal its types are zod's
 */
export type InputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]["input"]>;

/**
 * What it answers.
 *
 * @internal its types are zod's
 */
export type OutputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]["output"]>;
