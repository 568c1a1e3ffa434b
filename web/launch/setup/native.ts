/**
 * The native programs, built from source for this machine.
 *
 * @module
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "../errors.ts";
import { inRepo, NATIVE_BIN, ROOT } from "../paths.ts";
import { findExecutable, run } from "./command.ts";
import { contentHash, stampMatches, writeStamp } from "./content_hash.ts";
import { cargoEnv } from "./rust.ts";
import type { Step } from "./step.ts";

/** The programs that `native/` has to bring; `pitcrew-load` makes the load of demos and tests. */
export const PROGRAMS = ["pitcrew-guard", "pitcrew-collector", "pitcrew-gpu", "pitcrew-load"];

const STAMP = join(NATIVE_BIN, ".pitcrew");

/** A hash of all native sources, `native/target` and the generated contract left out. */
function sources(): string {
  return contentHash({
    root: ROOT,
    paths: ["native", "web/launch/setup/native.ts"],
    skip: (path) => path === "native/target" || path === "native/contract",
    extra: [Deno.build.arch],
  });
}

/** What lies there now; a `cargo build` by hand replaces the static guard by a dynamic one. */
function identity(): string {
  return PROGRAMS.map((name) => {
    const { size, mtimeMs } = statSync(join(NATIVE_BIN, name));
    return `${name} ${size} ${mtimeMs}`;
  }).join("\n");
}

/** Whether the built programs are those of the present sources. */
export function nativeIsFresh(): boolean {
  return PROGRAMS.every((name) => existsSync(join(NATIVE_BIN, name))) &&
    stampMatches(STAMP, `${sources()}\n${identity()}`);
}

/** The step `native`. */
export const native: Step = {
  id: "native",
  title: "native programs",
  after: ["packages", "rust"],
  lock: inRepo("native/Cargo.toml"),
  check: nativeIsFresh,
  async ensure(detail) {
    const hash = sources();
    const cargo = findExecutable("cargo", [], cargoEnv().PATH);
    if (!cargo) throw new LaunchError("cargo is not on PATH", "install Rust, then start again");
    let crates = 0;
    const build = (args: string[]) =>
      run([cargo, ...args], {
        cwd: inRepo("native"),
        env: cargoEnv(),
        onLine: (line) => {
          const crate = /^\s*Compiling (\S+)/.exec(line)?.[1];
          if (crate) detail(`${++crates} crates, ${crate}`);
          else if (/^\s*(Blocking|Downloading|Updating)/.test(line)) detail(line.trim());
        },
        hint: "the compiler's last lines above say what is wrong; missing headers come with " +
          "apt-get install clang libelf-dev zlib1g-dev pkg-config make gcc",
      });
    const how = ["--release", "--locked", "--target-dir", inRepo("native/target")];
    await build(["build", ...how, "--workspace", "--exclude", "pitcrew-guard"]);
    // Static, so that it runs on any Linux it is copied to. The flag is for this one program: the
    // GPU helper loads a driver's library, which a static program cannot.
    const guard = ["--package", "pitcrew-guard", "--bin", "pitcrew-guard"];
    await build(["rustc", ...how, ...guard, "--", "-C", "target-feature=+crt-static"]);
    for (const name of PROGRAMS) {
      if (!existsSync(join(NATIVE_BIN, name))) {
        throw new LaunchError(`the native build brought no ${name}`, "is the checkout complete?");
      }
    }
    writeStamp(STAMP, `${hash}\n${identity()}`);
  },
};
