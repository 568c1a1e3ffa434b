/**
 * What the environment says.
 *
 * @module
 */
import { join } from "node:path";

/** Settings of a control plane. */
export interface Settings {
  dataDir: string;
  /** HTTP port on loopback; 0 for any. */
  port: number;
  /** gRPC port of the gateway on loopback; 0 for any. */
  gatewayPort: number;
  temporalAddress: string;
  namespace: string;
  /** Id of the node on this machine, for which credentials are written; none when empty. */
  localNode: string | undefined;
  /** Prebuilt workflow code; bundled at start when absent. */
  workflowBundle: string | undefined;
  uiDist: string | undefined;
  /** A name under which browsers reach this server, besides loopback. */
  publicHost: string | undefined;
  /** Folder of runbooks, one folder each. */
  runbooks: string;
  /** End when stdin does. */
  deathPipe: boolean;
}

/** The runbooks of this checkout. */
export const LIBRARY = new URL("../../runbooks/library", import.meta.url).pathname;

/**
 * Reads the settings.
 *
 * @throws {Error} naming the variable that is missing or wrong
 */
export function readSettings(env: { get(name: string): string | undefined }): Settings {
  const given = (name: string) => env.get(name) || undefined;
  const required = (name: string): string => {
    const value = given(name);
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
  };
  const port = (name: string): number => {
    const value = Number(required(name));
    if (!Number.isInteger(value) || value < 0 || value > 65_535) {
      throw new Error(`${name} is not a port: ${required(name)}`);
    }
    return value;
  };
  return {
    dataDir: required("PITCREW_DATA_DIR"),
    port: port("PITCREW_PORT"),
    gatewayPort: port("PITCREW_GATEWAY_PORT"),
    temporalAddress: required("PITCREW_TEMPORAL_ADDRESS"),
    namespace: given("PITCREW_TEMPORAL_NAMESPACE") ?? "default",
    localNode: given("PITCREW_LOCAL_NODE"),
    workflowBundle: given("PITCREW_WORKFLOW_BUNDLE"),
    uiDist: given("PITCREW_UI_DIST"),
    publicHost: given("PITCREW_PUBLIC_HOST"),
    runbooks: given("PITCREW_RUNBOOKS") ?? LIBRARY,
    deathPipe: env.get("PITCREW_DEATH_PIPE") === "1",
  };
}

/** Places below the data directory. */
export function placesIn(dataDir: string) {
  const centre = join(dataDir, "centre");
  return {
    centre,
    database: join(centre, "pitcrew.db"),
    auditHeads: join(centre, "audit-heads.log"),
    keys: join(centre, "keys"),
    artifacts: join(centre, "artifacts"),
    tokens: join(dataDir, "tokens"),
    nodeCredentials: join(dataDir, "node", "credentials.json"),
  };
}
