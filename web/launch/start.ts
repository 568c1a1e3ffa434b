/**
 * One life of an installation, from the command line to the last process.
 *
 * @module
 */
import { EXIT, LaunchError } from "./errors.ts";
import { endCommands } from "./setup/command.ts";
import { findTemporal, setUp } from "./setup/mod.ts";
import { openDataDir } from "./supervisor/data_dir.ts";
import { Supervisor } from "./supervisor/mod.ts";
import { parseStart, USAGE } from "./supervisor/options.ts";
import { choosePorts } from "./supervisor/ports.ts";
import { signInLink } from "./supervisor/readiness.ts";
import { type StopSignal, watchForStop } from "./supervisor/stop_signal.ts";
import { requireReachable } from "./supervisor/temporal_address.ts";

/** Something that runs beside the installation until `signal` aborts, such as a file watcher. */
export type Companion = (supervisor: Supervisor, signal: AbortSignal) => Promise<void>;

/**
 * Runs an installation until it is told to stop.
 *
 * @returns the exit code
 * @throws {LaunchError} with what to do
 */
export async function start(args: string[], companion?: Companion): Promise<number> {
  const options = parseStart(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  using stop = watchForStop();
  // The data directory first: who is refused should not wait for a build.
  using dataDir = await openDataDir(options.dataDir, options.node);
  // So is a port: known now, it need not be found out after a build.
  if (options.port !== 0) choosePorts(options.port, !Deno.env.get("TEMPORAL_ADDRESS"));
  await orStopped(setUp(options.node ? "start" : "centre"), stop);
  const temporal = await findTemporal();
  if (!temporal) throw new LaunchError("the Temporal server has gone", "start again");
  if (temporal.kind === "address") await requireReachable(temporal.address);
  const ports = choosePorts(options.port, temporal.kind === "program");
  const supervisor = new Supervisor({ options, ports, temporal }, dataDir, say);
  try {
    await supervisor.start(stop.signal);
    console.log(`ready ${supervisor.url}`);
    const link = await signInLink(supervisor.url, options.dataDir);
    say(`console: ${supervisor.url}`);
    if (link) say(`sign in: ${link}  (once, within 10 minutes)`);
    say("stop with Ctrl-C");
    await Promise.all([stop.stopped, companion?.(supervisor, stop.signal)]);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    if (stop.signal.aborted) say(`stopping: ${stop.signal.reason}`);
    await supervisor.stop();
  }
}

/** Waits for `work`; a stop signal ends it with whatever it is running. */
async function orStopped(work: Promise<void>, stop: StopSignal): Promise<void> {
  await Promise.race([
    work,
    stop.stopped.then(() => {
      endCommands();
      throw new LaunchError("interrupted during set-up", "start again to go on", EXIT.interrupted);
    }),
  ]);
}

/** Prints for people, on standard error; whoever listened there may have gone. */
function say(line: string): void {
  try {
    console.error(line);
  } catch {
    // Nobody listens.
  }
}
