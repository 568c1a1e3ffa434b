/**
 * Which installation a command speaks to, and with which token.
 *
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";
import { CliFailure, EXIT } from "../core/failure.ts";

/** Address and token. */
export interface Connection {
  /** Base address. */
  url: string;
  /** Bearer token. */
  token: string;
}

/** The repository's own data directory. */
export const DEFAULT_DATA_DIR: string = join(
  dirname(fromFileUrl(import.meta.url)),
  "../../../.pitcrew",
);

/**
 * `PITCREW_URL` with `PITCREW_TOKEN`, or the data directory's installation with its token for
 * `role`. A local token never goes to another address than the local installation's.
 *
 * @throws {CliFailure} saying what is missing
 */
export function findConnection(
  dataDir: string | undefined,
  role: "operator" | "admin",
  env: { get(name: string): string | undefined } = Deno.env,
): Connection {
  const url = dataDir === undefined ? env.get("PITCREW_URL") : undefined;
  const token = dataDir === undefined ? env.get("PITCREW_TOKEN") : undefined;
  const dir = dataDir ?? DEFAULT_DATA_DIR;
  if (url && token) return { url: checked(url), token };
  if (url && url !== localUrl(dir)) {
    throw new CliFailure(
      EXIT.usage,
      "PITCREW_URL is set, PITCREW_TOKEN is not",
      "set PITCREW_TOKEN to a token of that installation",
    );
  }
  const local = localUrl(dir);
  if (!local) {
    throw new CliFailure(
      EXIT.unreachable,
      `no installation runs on the data directory ${dir}`,
      "start one with `deno task start`, or name it with --data-dir or PITCREW_URL and PITCREW_TOKEN",
    );
  }
  return { url: local, token: token ?? localToken(dir, role) };
}

function checked(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new CliFailure(EXIT.usage, `PITCREW_URL is not an http address: ${url}`);
}

function localUrl(dir: string): string | undefined {
  try {
    const state = JSON.parse(Deno.readTextFileSync(join(dir, "state.json"))) as { url?: string };
    return state.url;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw denied(error, join(dir, "state.json"));
  }
}

function localToken(dir: string, role: string): string {
  const path = join(dir, "tokens", role);
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    throw denied(error, path);
  }
}

function denied(error: unknown, path: string): CliFailure {
  const why = error instanceof Deno.errors.NotFound ? "it does not exist" : "it cannot be read";
  return new CliFailure(EXIT.refused, `no token at ${path}: ${why}`, "set PITCREW_TOKEN");
}
