/**
 * Long runs by area: `tests/<kind>/<area>.ts`, each a program of its own.
 *
 * @module
 */
import { EXIT, LaunchError, reportError } from "../../web/launch/errors.ts";
import { inRepo, ROOT } from "../../web/launch/paths.ts";
import { setUp } from "../../web/launch/setup/mod.ts";

/** What an area's program is about, from the first sentence of its module comment. */
async function about(file: string): Promise<string> {
  const text = await Deno.readTextFile(file);
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? "";
  return comment.replace(/^ \* ?/gm, "").trim().split(/\n\n|(?<=\.)\s/)[0]!.replaceAll("\n", " ");
}

async function areasOf(dir: string): Promise<Map<string, string>> {
  const areas = new Map<string, string>();
  try {
    for await (const { name, isFile } of Deno.readDir(dir)) {
      const area = /^([a-z0-9_]+)\.ts$/.exec(name)?.[1];
      if (isFile && area && !area.endsWith("_test")) areas.set(area, `${dir}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return new Map([...areas].sort());
}

/**
 * Runs one area's program, or lists them all.
 *
 * @param kind a folder of `tests/`, and the name of the task
 * @param args the task's arguments: the area and what its program gets
 * @param all whether no argument means all areas instead of the list
 * @returns the exit code
 */
export async function runArea(kind: string, args: string[], all: boolean): Promise<number> {
  try {
    const areas = await areasOf(inRepo("tests", kind));
    const [wanted, ...rest] = args;
    if (wanted === undefined && !all) {
      console.log(`Usage: deno task ${kind} AREA\n`);
      for (const [area, file] of areas) console.log(`  ${area.padEnd(14)} ${await about(file)}`);
      return 0;
    }
    if (wanted !== undefined && !areas.has(wanted)) {
      const known = [...areas.keys()].join(", ") || "none yet";
      throw new LaunchError(`there is no area ${wanted}`, `areas: ${known}`, EXIT.usage);
    }
    await setUp("test");
    const files = wanted === undefined ? [...areas.values()] : [areas.get(wanted)!];
    let worst = 0;
    for (const file of files) {
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", file, ...rest],
        cwd: ROOT,
      }).spawn().status;
      worst = Math.max(worst, code);
    }
    return worst;
  } catch (error) {
    return reportError(error);
  }
}
