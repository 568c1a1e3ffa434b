/**
 * Writes the next database migration from `web/store/schema.ts`, if the schema has changed.
 * `--check` fails instead: then a migration is missing.
 *
 * @module
 */
import { join } from "node:path";
import { inRepo } from "../../web/launch/paths.ts";
import { tool } from "./command.ts";

const MIGRATIONS = inRepo("web/store/migrations");

/** Runs drizzle-kit so that it writes into `out`; answers what it printed. */
async function generate(out: string): Promise<string> {
  const { ok, lines } = await tool([
    ...[Deno.execPath(), "run", "-A", "drizzle-kit", "generate"],
    ...["--dialect", "sqlite", "--schema", inRepo("web/store/schema.ts"), "--out", out],
  ]);
  const text = lines.join("\n");
  if (!ok) throw new Error(text);
  return text;
}

async function sqlFiles(dir: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(dir)) if (name.endsWith(".sql")) names.push(name);
  return names.sort();
}

if (Deno.args.includes("--check")) {
  // drizzle-kit wants a path relative to where it runs.
  const copy = await Deno.makeTempDir({ dir: inRepo("node_modules"), prefix: ".migrations-" });
  try {
    await tool(["cp", "-r", `${MIGRATIONS}/.`, copy]);
    await generate(join("node_modules", copy.slice(inRepo("node_modules").length + 1)));
    const missing = (await sqlFiles(copy)).length - (await sqlFiles(MIGRATIONS)).length;
    if (missing !== 0) {
      console.error("web/store/schema.ts has changed: run deno task generate");
      Deno.exit(1);
    }
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
} else {
  console.log(await generate("web/store/migrations"));
}
