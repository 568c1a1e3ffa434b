import { assertEquals } from "@std/assert";
import { basename, join, resolve } from "node:path";
import { sourceFiles } from "./source_files.ts";

const ROOT = resolve(import.meta.dirname!, "../..");
const MAX_BYTES = 1024 * 1024;
const MAX_COLUMNS = 200;

/** Written by programs, and read by them. */
const GENERATED = /^(deno\.lock|native\/Cargo\.lock|native\/contract\/|web\/store\/migrations\/)/;
const CODE = /\.(ts|tsx|rs|c|h|css|sh|py)$/;
const TEXT = /\.(ts|tsx|rs|c|h|css|sh|py|md|json|jsonc|toml|yaml|yml|html|svg|lock)$/;
/** Names that a tool or a convention demands. */
const NAMED_BY_OTHERS = /^(\.[\w.-]+|[A-Z]+(\.md)?|Cargo\.(toml|lock)|.+\.d\.ts)$/;
const REGISTRY_HOSTS = [
  "registry.npm" + "js.org",
  "pypi" + ".org",
  "pythonhosted" + ".org",
  "crates" + ".io",
  "jsr" + ".io",
];
/** Words that keep what should be done out of sight of whoever decides. */
const LEFT_FOR_LATER = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`);

const files = (await sourceFiles(ROOT)).filter((file) => !GENERATED.test(file));

/** Each line of the files that `which` matches and `bad` complains about. */
function linesWhere(which: RegExp, bad: (line: string) => boolean): string[] {
  return files.filter((file) => which.test(file)).flatMap((file) =>
    Deno.readTextFileSync(join(ROOT, file)).split("\n").flatMap((line, index) =>
      bad(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 80)}`] : []
    )
  );
}

Deno.test("no file is larger than 1 MiB", () => {
  assertEquals(files.filter((file) => Deno.statSync(join(ROOT, file)).size > MAX_BYTES), []);
});

Deno.test("no line of code is longer than 200 characters", () => {
  assertEquals(linesWhere(CODE, (line) => line.length > MAX_COLUMNS), []);
});

Deno.test("nothing is left for later in the code", () => {
  assertEquals(linesWhere(CODE, (line) => LEFT_FOR_LATER.test(line)), []);
});

Deno.test("file names are in snake_case", () => {
  const odd = files.filter((file) => {
    const name = basename(file);
    if (NAMED_BY_OTHERS.test(name) || file.startsWith("tests/replay/histories/")) return false;
    return CODE.test(name) && !/^[a-z0-9_]+(\.bpf)?\.[a-z]+$/.test(name);
  });
  assertEquals(odd, []);
});

Deno.test("no package registry and no path of one machine is written down", () => {
  const home = new RegExp(
    `(^|["'\\s=(])/(${["ro" + "ot", "ho" + "me", "wo" + "rk"].join("|")})/[a-z.]`,
  );
  const bad = (line: string) =>
    REGISTRY_HOSTS.some((host) => line.includes(host)) || home.test(line);
  assertEquals(linesWhere(TEXT, bad), []);
});
