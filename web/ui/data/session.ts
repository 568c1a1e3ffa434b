/**
 * Who is signed in, so that a page offers only what the API would allow. The API decides all the
 * same.
 *
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** The signed-in person's token name and role. */
export interface Session {
  name: string;
  role: "viewer" | "operator" | "admin";
}

/** Null until it is known. */
export const SessionContext = createContext<Session | null>(null);

/** Whether runs may be started and cancelled; yes while unknown, the API has the last word. */
export function useMayOperate(): boolean {
  return useContext(SessionContext)?.role !== "viewer";
}
