/**
 * Bundles the console into `web/ui/dist`: `index.html`, `app-<hash>.js`, `app-<hash>.css` and the
 * icon. Names carry a hash of the content, so that everything but `index.html` may be cached for
 * ever. No inline script or style: the page runs under `default-src 'self'`.
 *
 * Run: `deno run -A web/ui/build.ts`
 *
 * @module
 */
import * as esbuild from "esbuild";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** What a build made. */
export interface BuildResult {
  /** The folder the console is served from. */
  dist: string;
  /** File name → bytes. */
  files: Record<string, number>;
}

/** Options of {@linkcode buildConsole}. */
export interface BuildOptions {
  /** Where to write; `web/ui/dist` by default. */
  dist?: string;
}

/** Bundles the console. Old files are removed only after the new `index.html` stands. */
export async function buildConsole(options: BuildOptions = {}): Promise<BuildResult> {
  const dist = options.dist ?? join(HERE, "dist");
  const bundle = await esbuild.build({
    entryPoints: [
      { in: join(HERE, "main.tsx"), out: "app" },
      { in: join(HERE, "styles/app.css"), out: "app" },
      { in: join(HERE, "icon.svg"), out: "icon" },
    ],
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".svg": "copy" },
    outdir: dist,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome110", "firefox115", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    write: false,
  }).finally(() => esbuild.stop());

  const files = new Map(
    bundle.outputFiles.map((file) => [relative(dist, file.path), file.contents]),
  );
  const named = (extension: string) => {
    const name = [...files.keys()].find((file) => file.endsWith(extension));
    if (name === undefined) throw new Error(`The bundle has no ${extension} file`);
    return name;
  };
  const html = (await Deno.readTextFile(join(HERE, "index.html")))
    .replace("{{script}}", `/${named(".js")}`)
    .replace("{{style}}", `/${named(".css")}`)
    .replace("{{icon}}", `/${named(".svg")}`);
  files.set("index.html", new TextEncoder().encode(html));

  await Deno.mkdir(dist, { recursive: true });
  for (const [name, content] of files) await Deno.writeFile(join(dist, name), content);
  for await (const entry of Deno.readDir(dist)) {
    if (!files.has(entry.name)) await Deno.remove(join(dist, entry.name), { recursive: true });
  }
  return {
    dist,
    files: Object.fromEntries([...files].map(([name, content]) => [name, content.length])),
  };
}

if (import.meta.main) {
  const { files } = await buildConsole();
  for (const [name, bytes] of Object.entries(files)) console.error(`${name}  ${bytes} bytes`);
}
