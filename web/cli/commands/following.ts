/**
 * Following a run to its end.
 *
 * @module
 */
import { follow } from "../client/mod.ts";
import { hasEnded, type Run } from "../client/shapes.ts";
import { CliFailure, EXIT, type ExitCode } from "../core/failure.ts";
import type { Context } from "../core/command.ts";
import { liveView } from "../views/live.ts";

/**
 * Waits until the run has ended and returns it; shows it on the way when `show`.
 *
 * @throws {CliFailure} 130 on Ctrl-C, which leaves the run going
 */
export async function followRun(
  context: Context,
  id: string,
  show: boolean,
): Promise<Run> {
  using view = show ? liveView(context.out) : undefined;
  try {
    for await (
      const event of follow(
        context.api,
        `/api/v1/runs/${encodeURIComponent(id)}/events`,
        (reason) => {
          if (!context.interrupted.aborted) context.out.note(`${reason}; still trying`);
        },
      )
    ) {
      if (event.event !== "run") continue;
      const run = JSON.parse(event.data) as Run;
      view?.update(run);
      if (hasEnded(run)) return run;
    }
  } catch (error) {
    if (context.interrupted.aborted) {
      throw new CliFailure(
        EXIT.interrupted,
        `stopped following; run ${id} goes on`,
        `\`pitcrew run follow ${id}\` shows it again, \`pitcrew run cancel ${id}\` stops it`,
      );
    }
    throw error;
  }
  throw new CliFailure(EXIT.failed, "the run's events ended before the run");
}

/** Exit code of a run that has ended. */
export function exitOf(run: Run): ExitCode {
  return run.status === "completed" ? EXIT.done : EXIT.failed;
}
