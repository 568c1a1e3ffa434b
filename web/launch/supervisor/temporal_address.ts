/**
 * A Temporal that somebody else runs, as `TEMPORAL_ADDRESS` names it.
 *
 * @module
 */
import { createConnection } from "node:net";
import { EXIT, LaunchError } from "../errors.ts";

const TIMEOUT_MS = 5000;

/**
 * Makes sure that something listens at `address`; waiting for it without a word would look like a
 * start that hangs.
 *
 * @param address `host:port`
 * @throws {LaunchError} exit code 2 for what is no address, 5 for one that cannot be reached
 */
export async function requireReachable(address: string): Promise<void> {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  if (!match) {
    throw new LaunchError(
      `TEMPORAL_ADDRESS=${address} is not HOST:PORT`,
      "set it to where Temporal's frontend listens, such as 127.0.0.1:7233, or unset it",
      EXIT.usage,
    );
  }
  const host = match[1] ?? match[2]!;
  const reason = await connect(host, Number(match[3]));
  if (reason === undefined) return;
  throw new LaunchError(
    `cannot reach Temporal at ${address} (TEMPORAL_ADDRESS): ${reason}`,
    "start it, correct the address, or unset TEMPORAL_ADDRESS to use the embedded server",
    EXIT.unreachable,
  );
}

/** Connects once; answers what went wrong, or undefined. */
function connect(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (reason?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    const timer = setTimeout(() => end(`no answer within ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
    socket.once("connect", () => end());
    socket.once("error", (error) => end(error.message));
  });
}
