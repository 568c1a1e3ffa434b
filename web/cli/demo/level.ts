/**
 * What the guard thinks of a scope.
 *
 * @module
 */
import { join } from "@std/path";
import { CliFailure, EXIT } from "../core/failure.ts";
import { nativeProgram } from "./load.ts";

/** The guard's assessment, as `pitcrew-guard victims --json` prints it. */
export interface ScopeLevel {
  level: "ok" | "warning" | "urgent" | "critical";
  headroomBytes: number;
}

/** Where the local node's policy lies. */
export function policyPath(dataDir: string): string {
  return join(dataDir, "node/policy.yaml");
}

/** The policy that the node's guard runs with, or the defaults where it cannot be read. */
export async function policyFile(dataDir: string): Promise<{ path: string; temporary: boolean }> {
  const path = policyPath(dataDir);
  try {
    await Deno.stat(path);
    return { path, temporary: false };
  } catch {
    const fallback = await Deno.makeTempFile({ prefix: "pitcrew-demo-", suffix: ".yaml" });
    await Deno.writeTextFile(fallback, "version: 1\nsensitivity: medium\n");
    return { path: fallback, temporary: true };
  }
}

/** Asks the guard's own program; the same code as in the running guard makes the figures. */
export async function scopeLevel(scope: string, policy: string): Promise<ScopeLevel> {
  const { success, stdout, stderr } = await new Deno.Command(nativeProgram("pitcrew-guard"), {
    args: ["victims", "--policy", policy, "--scope", scope, "--json"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) {
    const why = new TextDecoder().decode(stderr).trim();
    throw new CliFailure(EXIT.failed, `the guard cannot assess ${scope}: ${why}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout)) as ScopeLevel;
}
