/**
 * What this machine is.
 *
 * @module
 */
import { availableParallelism, hostname, release } from "node:os";

/** Facts of the machine; sizes in bytes. */
export interface MachineFacts {
  hostname: string;
  /** `PRETTY_NAME` of os-release, e.g. `Debian GNU/Linux 12 (bookworm)`. */
  os: string;
  /** Kernel release. */
  kernel: string;
  /** `x86_64`, `aarch64` … */
  arch: string;
  cpus: number;
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
    memory: parseMeminfo(await Deno.readTextFile("/proc/meminfo")),
  };
}

/**
 * Takes total and available from `/proc/meminfo`.
 *
 * @throws {Error} naming the line that is missing
 */
export function parseMeminfo(text: string): { totalBytes: number; availableBytes: number } {
  const bytes = (name: string) => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text);
    if (!match) throw new Error(`/proc/meminfo has no line ${name}`);
    return Number(match[1]) * 1024;
  };
  return { totalBytes: bytes("MemTotal"), availableBytes: bytes("MemAvailable") };
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
