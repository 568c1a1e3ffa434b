/**
 * The processes of an installation: their command lines, their environment, and what each may do.
 *
 * @module
 */
import { join } from "node:path";
import { inRepo, NATIVE_BIN, ROOT, UI_DIST, WORKFLOW_BUNDLE } from "../paths.ts";
import type { ChildSpec } from "./child.ts";
import { type Installation, temporalAddress } from "./installation.ts";
import type { StartOptions } from "./options.ts";
import { controlPlanePermissions, nodeRunnerPermissions } from "./permissions.ts";

/** The processes to start, in the order in which they are started. */
export function processes(installation: Installation): ChildSpec[] {
  const { options, temporal } = installation;
  return [
    ...(temporal.kind === "program" ? [temporalServer(installation, temporal.path)] : []),
    controlPlane(installation),
    ...(options.node ? [nodeRunner(installation), collector(options), guard(options)] : []),
  ];
}

/**
 * Arguments of the embedded Temporal server. The pragmas and the timer setting are measured
 * (`ARCHITECTURE.md`): three times the throughput, and timers that do not round up to a second.
 * Connections on this machine need no replacing, which by default cuts off polls every five minutes.
 */
export function temporalArguments(port: number, database: string): string[] {
  return [
    ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", String(port)],
    ...["--db-filename", database],
    ...["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"],
    ...["--dynamic-config-value", 'history.timerProcessorMaxTimeShift="5ms"'],
    ...["--dynamic-config-value", 'frontend.keepAliveMaxConnectionAge="87600h"'],
    ...["--log-level", "warn", "--log-format", "json"],
  ];
}

/** The embedded Temporal. It knows no death pipe, so the kernel ends it with the supervisor. */
function temporalServer({ options, ports }: Installation, program: string): ChildSpec {
  return child("temporal", options, Deno.env.toObject(), [
    ...["setpriv", "--pdeathsig", "KILL", "--", program],
    ...temporalArguments(ports.temporal, join(options.dataDir, "temporal/temporal.db")),
  ]);
}

function controlPlane(installation: Installation): ChildSpec {
  const { options, ports } = installation;
  const env = {
    PITCREW_DATA_DIR: options.dataDir,
    PITCREW_PORT: String(ports.web),
    PITCREW_GATEWAY_PORT: String(ports.gateway),
    PITCREW_TEMPORAL_ADDRESS: temporalAddress(installation),
    PITCREW_TEMPORAL_NAMESPACE: Deno.env.get("TEMPORAL_NAMESPACE") || "default",
    PITCREW_LOCAL_NODE: options.node ? "local" : "",
    PITCREW_WORKFLOW_BUNDLE: WORKFLOW_BUNDLE,
    PITCREW_UI_DIST: UI_DIST,
  };
  const flags = controlPlanePermissions(installation);
  return deno("controlPlane", options, env, flags, inRepo("web/app/main.ts"));
}

function nodeRunner(installation: Installation): ChildSpec {
  const { options } = installation;
  const dir = join(options.dataDir, "node");
  const env = {
    PITCREW_NODE_CREDENTIALS: join(dir, "credentials.json"),
    PITCREW_NODE_DIR: dir,
  };
  const flags = nodeRunnerPermissions(installation);
  return deno("nodeRunner", options, env, flags, inRepo("node-runner/main.ts"));
}

function collector(options: StartOptions): ChildSpec {
  const dir = join(options.dataDir, "node");
  // Without it the collector takes the `pitcrew-gpu` that lies beside it.
  const gpuHelper = Deno.env.get("PITCREW_GPU_HELPER");
  return child("collector", options, Deno.env.toObject(), [
    ...[join(NATIVE_BIN, "pitcrew-collector"), "collect"],
    ...["--data-dir", join(dir, "collector"), "--socket", join(dir, "collector.sock")],
    ...(gpuHelper ? ["--gpu-helper", gpuHelper] : []),
  ]);
}

/** The guard observes only: enforcing on a whole machine needs its operator's explicit word. */
function guard(options: StartOptions): ChildSpec {
  const dir = join(options.dataDir, "node");
  return child("guard", options, Deno.env.toObject(), [
    ...[join(NATIVE_BIN, "pitcrew-guard"), "run", "--observe", "--scope", "node"],
    ...["--policy", join(dir, "policy.yaml"), "--journal", join(dir, "guard")],
    ...["--socket", join(dir, "guard.sock")],
  ]);
}

/** What a Deno child gets of this process's environment: no secrets that happen to lie around. */
const PASSED_ON = [
  ...["PATH", "HOME", "LANG", "TZ", "TMPDIR", "NO_COLOR", "DENO_DIR", "XDG_CACHE_HOME"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR"],
];

function deno(
  name: string,
  options: StartOptions,
  env: Record<string, string>,
  permissions: string[],
  program: string,
): ChildSpec {
  const passed = Object.entries(Deno.env.toObject()).filter(([key]) =>
    PASSED_ON.includes(key) || key.startsWith("PITCREW_")
  );
  return child(name, options, { ...Object.fromEntries(passed), ...env }, [
    ...[Deno.execPath(), "run", "--no-prompt", "--no-remote", "--quiet"],
    ...permissions,
    program,
  ]);
}

function child(
  name: string,
  { dataDir }: StartOptions,
  env: Record<string, string>,
  argv: string[],
): ChildSpec {
  return {
    name,
    argv: argv as [string, ...string[]],
    env: { ...env, PITCREW_DEATH_PIPE: "1" },
    cwd: ROOT,
    logPath: logPath(dataDir, name),
  };
}

/** The log of a process. */
export function logPath(dataDir: string, name: string): string {
  return join(dataDir, "logs", `${name}.log`);
}
