/**
 * The command line of `deno task start`.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { EXIT, LaunchError } from "../errors.ts";
import { inRepo } from "../paths.ts";

/** What was asked for. */
export interface StartOptions {
  /** Absolute path of the data directory. */
  dataDir: string;
  /** First of three ports; 0 lets the system choose all of them. */
  port: number;
  /** Whether to run a node runner, collector and guard on this machine. */
  node: boolean;
}

/** The port when none is given. */
export const DEFAULT_PORT = 7420;

/** The text of `--help`. */
export const USAGE = `Usage: deno task start [--data-dir DIR] [--port PORT] [--no-node]

Sets up whatever is missing, then starts Temporal, the control plane and this machine's node
(node runner, collector, guard), and prints "ready http://..." when runs can be started.

  --data-dir DIR  where all data lives (default: .pitcrew in the checkout)
  --port PORT     console and API; PORT+1 is the gateway, PORT+2 is Temporal
                  (default: ${DEFAULT_PORT}; 0 picks three free ports)
  --no-node       only Temporal and the control plane
  --help          this text

TEMPORAL_ADDRESS=HOST:PORT uses a Temporal that already runs.`;

/**
 * Reads the command line.
 *
 * @returns the options, or `help`
 * @throws {LaunchError} exit code 2 on wrong use
 */
export function parseStart(args: string[]): StartOptions | "help" {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        "data-dir": { type: "string" },
        port: { type: "string" },
        "no-node": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    throw usage((error as Error).message);
  }
  if (values.help) return "help";
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_533) {
    throw usage(`--port ${values.port} is not a port from 0 to 65533`);
  }
  if (values["data-dir"] === "") throw usage("--data-dir is empty");
  return {
    // Relative to where the person stands: `deno task` changes to the checkout and keeps the place
    // that it was called from in INIT_CWD.
    dataDir: values["data-dir"] === undefined
      ? inRepo(".pitcrew")
      : resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), values["data-dir"]),
    port,
    node: !values["no-node"],
  };
}

function usage(message: string): LaunchError {
  return new LaunchError(message, "see: deno task start --help", EXIT.usage);
}
