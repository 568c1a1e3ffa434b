/**
 * How the port's methods are implemented: as functions of a connection, run in the worker thread
 * that owns it. A write runs inside the writer's transaction.
 *
 * @module
 */
import type { Db } from "./database.ts";

type Method = (...args: never[]) => Promise<unknown>;

/** Turns a port's method into a function that is handed the connection first. */
export type WithDb<F> = F extends (...args: infer Args) => Promise<infer Result>
  ? (db: Db, ...args: Args) => Promise<Result>
  : never;

/** The methods of `Port` that change something. */
export type Writes<Port, Names extends keyof Port> = { [Name in Names]: WithDb<Port[Name]> };

/** The methods of `Port` that only read. */
export type Reads<Port, Names extends keyof Port> = { [Name in Names]: WithDb<Port[Name]> };

/** A command as the worker calls it. */
export type Command = (db: Db, ...args: never[]) => ReturnType<Method>;
