/**
 * What the two Deno processes may do, and why. Neither may run programs: the guard is the only
 * process that signals, the collector the only one that starts a helper.
 *
 * `--allow-env` is whole, because libraries probe variables by the dozen; instead each child gets an
 * environment that holds nothing else (`processes.ts`). `--allow-ffi` names the one native add-on
 * that is needed, Temporal's core; machine code is beyond these permissions, which is why the
 * processes also differ in what data they are given.
 *
 * @module
 */
import { join } from "node:path";
import { inRepo } from "../paths.ts";
import { type Installation, temporalAddress } from "./installation.ts";

/** Temporal's native core lies somewhere below. */
const NATIVE_ADDONS = inRepo("node_modules");

/** Facts about the machine that libraries and heartbeats report. */
const SYS = "hostname,osRelease,osUptime,cpus,systemMemoryInfo,networkInterfaces,uid,gid,homedir," +
  "loadavg,username,statfs,getPriority";

/** The control plane: its ports, its part of the data directory, the code. */
export function controlPlanePermissions(installation: Installation): string[] {
  const { options: { dataDir }, ports } = installation;
  const listen = [ports.web, ports.gateway].map((port) => `127.0.0.1:${port}`);
  return [
    // Its own two listeners, and Temporal by gRPC.
    `--allow-net=${[...listen, temporalAddress(installation)].join(",")}`,
    // Code and packages, runbooks, the console's files; its data.
    `--allow-read=${[inRepo(), dataDir].join(",")}`,
    // Database, keys and artifacts; tokens at the first start; the local node's credentials.
    `--allow-write=${[join(dataDir, "centre"), join(dataDir, "tokens"), join(dataDir, "node")]}`,
    `--allow-ffi=${NATIVE_ADDONS}`,
    `--allow-sys=${SYS}`,
    "--allow-env",
  ];
}

/** The node runner: outbound to the control plane, two sockets, its own folder. */
export function nodeRunnerPermissions({ options: { dataDir }, ports }: Installation): string[] {
  const dir = join(dataDir, "node");
  const sockets = ["guard.sock", "collector.sock"].map((name) => `unix:${join(dir, name)}`);
  const centre = [ports.web, ports.gateway].map((port) => `127.0.0.1:${port}`);
  return [
    `--allow-net=${[...centre, ...sockets].join(",")}`,
    // Code and packages; its folder; the system's name. Figures come from collector and guard.
    `--allow-read=${[inRepo(), dir, "/etc/os-release", "/usr/lib/os-release"]}`,
    // Its spool; connecting to a Unix socket counts as writing.
    `--allow-write=${dir}`,
    `--allow-ffi=${NATIVE_ADDONS}`,
    `--allow-sys=${SYS}`,
    "--allow-env",
  ];
}
