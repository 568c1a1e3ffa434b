/**
 * The stage of the demonstration: a bounded cgroup with a leaker and a bystander in it.
 *
 * @module
 */
import { CliFailure, EXIT } from "../core/failure.ts";
import { type Load, startLoad } from "./load.ts";
import { makeMemoryCgroup, type MemoryCgroup } from "./memory_cgroup.ts";

const MIB = 1024 * 1024;
/** Share of the limit that the bystander holds. */
const BYSTANDER = 1 / 8;
/** Share of one processor that the bystander works with; a profile of the scope shows it. */
const BUSY = "25%";
/** Share of the limit at which the leak stops growing: below it the kernel never has to act. */
const PLATEAU = 0.92;
/** What two small programs need beside the memory they are told to hold. */
const OVERHEAD = 4 * MIB;
/** Seconds in which the leak would fill the whole limit. */
const FILL_SECONDS = 12;

/** Everything that runs on the stage. */
export interface Stage {
  cgroup: MemoryCgroup;
  leaker: Load;
  bystander: Load;
  /** Ends our own programs and removes the cgroup; `keep` leaves the bystander and it. */
  clear(): Promise<void>;
}

/**
 * Sets the stage. Whatever had been made when something fails is removed again.
 *
 * @throws {CliFailure}
 */
export async function setStage(limitBytes: number, keep: boolean): Promise<Stage> {
  const cgroup = makeMemoryCgroup(crypto.randomUUID().slice(0, 8), limitBytes);
  const loads: Load[] = [];
  const clear = async () => {
    for (const load of loads) await load.stop();
    await emptied(cgroup);
  };
  try {
    const held = Math.floor(limitBytes * BYSTANDER);
    const most = Math.floor(limitBytes * PLATEAU) - held - OVERHEAD;
    const rate = Math.ceil(limitBytes / FILL_SECONDS);
    const bystander = await startLoad(
      cgroup.procs,
      ["hold", "--bytes", `${held}B`, "--busy", BUSY, "--name", "demo-bystander"],
      keep,
    );
    loads.push(bystander);
    const leaker = await startLoad(
      cgroup.procs,
      ["leak", "--rate", `${rate}B/s`, "--max", `${most}B`, "--name", "demo-leaker"],
    );
    loads.push(leaker);
    return { cgroup, leaker, bystander, clear: keep ? () => leaker.stop() : clear };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** The kernel lets a cgroup go a moment after its last process. */
async function emptied(cgroup: MemoryCgroup): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (cgroup.remove()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const left = cgroup.pids();
  throw new CliFailure(
    EXIT.failed,
    `${cgroup.scope} could not be removed; processes left in it: ${left.join(", ") || "none"}`,
  );
}
