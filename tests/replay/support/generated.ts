/**
 * Writes generated files, or with `--check` fails where one is stale.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Writes or checks `content` at `url`. */
export async function emit(url: URL, content: string): Promise<void> {
  const path = fileURLToPath(url);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(path, content);
    return;
  }
  const current = await Deno.readTextFile(path).catch(() => "");
  if (current === content) return;
  console.error(`${path} is stale: run \`deno task generate\``);
  Deno.exitCode = 1;
}
