/**
 * The import graph of a source tree, as `deno info --json` sees it.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One import. */
export interface Edge {
  /** The importing file, relative to the tree's root. */
  from: string;
  /** A file relative to the root, `node:NAME`, `npm:PACKAGE`, or a specifier that leads elsewhere. */
  to: string;
  /** Whether only types are imported, so that nothing of it is there at run time. */
  typeOnly: boolean;
}

interface Info {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: { code?: Resolved; type?: Resolved; specifier: string }[];
  }[];
}

interface Resolved {
  specifier?: string;
  error?: string;
}

/**
 * Reads the imports of `files`.
 *
 * @param root the tree's root; its `deno.json` maps bare names
 * @param files relative to `root`
 * @throws {Error} where an import leads to nothing
 */
export async function importGraph(root: string, files: string[]): Promise<Edge[]> {
  const info = await denoInfo(root, files);
  const wanted = new Set(files);
  const edges: Edge[] = [];
  for (const module of info.modules) {
    const from = inTree(root, module.specifier);
    if (from === undefined || !wanted.has(from)) continue;
    if (module.error) throw new Error(`${from}: ${module.error}`);
    for (const { code, type, specifier } of module.dependencies ?? []) {
      const failed = code?.error ?? type?.error;
      if (failed) throw new Error(`${from}: ${failed}`);
      const target = code?.specifier ?? type?.specifier ?? specifier;
      edges.push({ from, to: name(root, target), typeOnly: code === undefined });
    }
  }
  return edges;
}

/** One call for all files: a module that imports each of them is enough. */
async function denoInfo(root: string, files: string[]): Promise<Info> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const imports = files.map((file) =>
      `import ${JSON.stringify(pathToFileURL(join(root, file)))};`
    );
    await Deno.writeTextFile(entry, imports.join("\n"));
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", join(root, "deno.json"), entry],
      cwd: root,
    }).output();
    if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
    return JSON.parse(new TextDecoder().decode(output.stdout));
  } finally {
    await Deno.remove(entry);
  }
}

/** A path relative to `root`, or undefined for what lies elsewhere or in `node_modules`. */
function inTree(root: string, specifier: string): string | undefined {
  if (!specifier.startsWith("file:")) return undefined;
  const path = fileURLToPath(specifier);
  if (!path.startsWith(`${root}/`) || path.includes("/node_modules/")) return undefined;
  return path.slice(root.length + 1);
}

function name(root: string, specifier: string): string {
  const path = inTree(root, specifier);
  if (path !== undefined) return path;
  const installed = /\/node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*\/node_modules\/)/.exec(specifier);
  if (installed) return `npm:${installed[1]}`;
  const npm = /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier);
  return npm ? `npm:${npm[1]}` : specifier;
}

/**
 * Cycles between files, each once, as the files on it.
 *
 * Imports of types alone are left out: they are gone at run time and cannot leave a module half
 * initialised.
 */
export function cycles(edges: Edge[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges) {
    if (!typeOnly) targets.set(from, [...targets.get(from) ?? [], to]);
  }
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push(path.slice(at));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return found;
}
