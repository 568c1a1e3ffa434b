/**
 * Whoever started the supervisor may be ended without a word to it: a TERM to npx leaves `deno task`
 * and everything below it running (measured). So the supervisor watches the chain of processes
 * between itself and npx, and stops when one of them has gone.
 *
 * @module
 */

/** One process of the chain. */
export interface Ancestor {
  pid: number;
  /** Clock ticks since boot, so that a reused pid is not taken for the process. */
  startTime: string;
  command: string;
}

/** Reads one process from `/proc` (or from a copy of it). */
function readProcess(pid: number, proc: string): (Ancestor & { parent: number }) | undefined {
  try {
    const stat = Deno.readTextFileSync(`${proc}/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const command = Deno.readTextFileSync(`${proc}/${pid}/cmdline`).replaceAll("\0", " ").trim();
    return { pid, startTime: fields[19]!, command, parent: Number(fields[1]) };
  } catch {
    return undefined;
  }
}

/** `deno task`, the launcher of the npm package, a shell, npx. An npx further up is somebody else's. */
const MAX_CHAIN = 5;
const IS_NPX = /(^|\/)(npx|npm exec)\b|\bnpx-cli\.js\b|\bnpm-cli\.js exec\b/;
const IS_TASK = /(^|\/)deno( -\S+)* task\b/;

/**
 * The processes whose end means that nobody wants this one any more: all up to npx where npx started
 * us, only `deno task` where that did, else none (a supervisor started by itself stands alone).
 */
export function ancestorsToWatch(pid: number = Deno.pid, proc = "/proc"): Ancestor[] {
  const chain: Ancestor[] = [];
  let task: Ancestor | undefined;
  let parent = readProcess(pid, proc)?.parent ?? 0;
  while (parent > 1 && chain.length < MAX_CHAIN) {
    const process = readProcess(parent, proc);
    if (!process) break;
    const { parent: next, ...ancestor } = process;
    chain.push(ancestor);
    if (chain.length === 1 && IS_TASK.test(ancestor.command)) task = ancestor;
    if (IS_NPX.test(ancestor.command)) return chain;
    parent = next;
  }
  return task ? [task] : [];
}

/** Whether a process still is what it was. */
export function isAlive(ancestor: Ancestor, proc = "/proc"): boolean {
  return readProcess(ancestor.pid, proc)?.startTime === ancestor.startTime;
}
