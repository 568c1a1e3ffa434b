/**
 * What this machine is.
 *
 * @module
 */
import { availableParallelism, hostname, release } from "node:os";

/** Facts of the machine; sizes in bytes. */
export interface MachineFacts {
  /** The machine's own name. */
  hostname: string;
  /** `PRETTY_NAME` of os-release, e.g. `Debian GNU/Linux 12 (bookworm)`. */
  os: string;
  /** Kernel release. */
  kernel: string;
  /** `x86_64`, `aarch64` … */
  arch: string;
  /** Logical processors. */
  cpus: number;
  /** MemTotal and MemAvailable. */
  memory: { totalBytes: number; availableBytes: number };
}

/** Reads the facts; only `memory` changes from one call to the next. */
export async function machineFacts(): Promise<MachineFacts> {
  return {
    hostname: hostname(),
    os: await osName(),
    kernel: release(),
    arch: Deno.build.arch,
    cpus: availableParallelism(),
    memory: memory(),
  };
}

/** MemTotal and MemAvailable. Reading /proc itself would take `--allow-all`. */
function memory(): MachineFacts["memory"] {
  const { total, available } = Deno.systemMemoryInfo();
  return { totalBytes: total, availableBytes: available };
}

/** The distribution's own name; `Linux` where it does not say. */
async function osName(): Promise<string> {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    try {
      const match = /^PRETTY_NAME="?(.*?)"?$/m.exec(await Deno.readTextFile(path));
      if (match) return match[1]!;
    } catch {
      // Not every image has it.
    }
  }
  return "Linux";
}
