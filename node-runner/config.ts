/**
 * What the supervisor (or a unit file) tells this process through its environment.
 *
 * @module
 */
import { join } from "node:path";

/** Paths of one node runner. */
export interface Config {
  /** The credentials the control plane wrote for this node. */
  credentialsPath: string;
  guardSocket: string;
  collectorSocket: string;
  /** Files on their way to the control plane. */
  spoolDir: string;
  /** End when stdin closes: the parent is gone. */
  deathPipe: boolean;
}

/**
 * Reads `PITCREW_NODE_CREDENTIALS`, `PITCREW_NODE_DIR` and `PITCREW_DEATH_PIPE`.
 *
 * @throws {Error} naming the variable that is missing
 */
export function readConfig(env: { get(name: string): string | undefined } = Deno.env): Config {
  const need = (name: string) => {
    const value = env.get(name);
    if (!value) throw new Error(`${name} is not set; the supervisor sets it`);
    return value;
  };
  const dir = need("PITCREW_NODE_DIR");
  return {
    credentialsPath: need("PITCREW_NODE_CREDENTIALS"),
    guardSocket: join(dir, "guard.sock"),
    collectorSocket: join(dir, "collector.sock"),
    spoolDir: join(dir, "spool"),
    deathPipe: env.get("PITCREW_DEATH_PIPE") === "1",
  };
}
