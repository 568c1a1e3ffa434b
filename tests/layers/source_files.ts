/**
 * The files of a checkout, as git sees them.
 *
 * @module
 */

/** Tracked and new files that are not ignored, relative to `root`, sorted; deleted ones left out. */
export async function sourceFiles(root: string): Promise<string[]> {
  const output = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    cwd: root,
  }).output();
  if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
  const names = new TextDecoder().decode(output.stdout).split("\0").filter((name) => name !== "");
  const present = names.filter((name) => {
    try {
      return Deno.lstatSync(`${root}/${name}`).isFile;
    } catch {
      return false;
    }
  });
  return [...new Set(present)].sort();
}

/** Whether a file is TypeScript that can be imported. */
export function isModule(file: string): boolean {
  return /\.tsx?$/.test(file) && !file.endsWith(".d.ts");
}
