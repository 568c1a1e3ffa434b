/**
 * A Rust toolchain: whichever is there and new enough, else one by rustup's official installer, whose
 * hash is pinned here.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "../errors.ts";
import { inRepo } from "../paths.ts";
import { findExecutable, run } from "./command.ts";
import { fetchPinned } from "./fetch_pinned.ts";
import type { Step } from "./step.ts";

const TOOLCHAIN = "1.95.0";
const RUSTUP = "1.29.0";
const INSTALLERS: Record<string, { triple: string; sha256: string }> = {
  x86_64: {
    triple: "x86_64-unknown-linux-gnu",
    sha256: "4acc9acc76d5079515b46346a485974457b5a79893cfb01112423c89aeb5aa10",
  },
  aarch64: {
    triple: "aarch64-unknown-linux-gnu",
    sha256: "9732d6c5e2a098d3521fca8145d826ae0aaa067ef2385ead08e6feac88fa5792",
  },
};
const BY_HAND = "install Rust as rustup.rs describes, then start again";

/** The folder where rustup puts cargo. */
function cargoHomeBin(): string {
  return join(Deno.env.get("CARGO_HOME") || join(Deno.env.get("HOME") || "/root", ".cargo"), "bin");
}

/** The environment that cargo runs in: its own folder first on PATH. */
export function cargoEnv(): Record<string, string> {
  return { PATH: `${cargoHomeBin()}:${Deno.env.get("PATH") ?? ""}` };
}

/** The oldest compiler that the workspace accepts, such as `1.85`. */
function oldestAccepted(): string {
  const manifest = readFileSync(inRepo("native/Cargo.toml"), "utf8");
  return /rust-version = "([\d.]+)"/.exec(manifest)?.[1] ?? "1.85";
}

/** Compares versions by their numbers. */
export function versionAtLeast(version: string, oldest: string): boolean {
  const a = version.split(".").map(Number);
  const b = oldest.split(".").map(Number);
  for (let i = 0; i < b.length; i++) {
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  }
  return true;
}

/** The compiler's version, or undefined where none works (a rustup shim without a toolchain, say). */
async function compilerVersion(): Promise<string | undefined> {
  const rustc = findExecutable("rustc", [cargoHomeBin()]);
  const cargo = findExecutable("cargo", [cargoHomeBin()]);
  if (!rustc || !cargo) return undefined;
  try {
    await run([cargo, "--version"]);
    const [line] = await run([rustc, "--version"]);
    return /^rustc (\d+\.\d+\.\d+)/.exec(line ?? "")?.[1];
  } catch {
    return undefined;
  }
}

/**
 * The step `rust`.
 *
 * @param needed whether anything has to be compiled just now
 */
export function rust(needed: () => boolean): Step {
  return {
    id: "rust",
    title: "Rust toolchain",
    after: [],
    lock: inRepo("web/launch/setup/rust.ts"),
    async check() {
      if (!needed()) return true;
      const version = await compilerVersion();
      if (version === undefined) return false;
      if (versionAtLeast(version, oldestAccepted())) return true;
      throw new LaunchError(
        `Rust ${version} is too old: the native programs need ${oldestAccepted()} or newer`,
        "update it (rustup update stable), then start again",
      );
    },
    async ensure(detail) {
      const installer = INSTALLERS[Deno.build.arch];
      if (!installer) throw new LaunchError(`no Rust installer for ${Deno.build.arch}`, BY_HAND);
      const dir = await Deno.makeTempDir({ prefix: "pitcrew-rustup-" });
      try {
        const file = join(dir, "rustup-init");
        detail("downloading the installer");
        const url =
          `https://static.rust-lang.org/rustup/archive/${RUSTUP}/${installer.triple}/rustup-init`;
        await fetchPinned({ url, sha256: installer.sha256, to: file, what: "Rust's installer" })
          .catch((error) => {
            throw error instanceof LaunchError
              ? new LaunchError(error.message, BY_HAND, error.exitCode)
              : error;
          });
        await Deno.chmod(file, 0o755);
        detail(`installing ${TOOLCHAIN}`);
        await run([
          file,
          ...["-y", "--no-modify-path", "--profile", "minimal"],
          ...["--component", "clippy", "--component", "rustfmt"],
          ...["--default-toolchain", TOOLCHAIN],
        ], { onLine: (line) => detail(line.slice(0, 60)), hint: BY_HAND });
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
      return TOOLCHAIN;
    },
  };
}
