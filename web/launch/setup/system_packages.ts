/**
 * Compilers and headers from the system's package manager. Installed only when root and only through
 * apt; otherwise one error names the packages and the command.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { LaunchError } from "../errors.ts";
import { inRepo } from "../paths.ts";
import { findExecutable, run } from "./command.ts";
import type { Step } from "./step.ts";

/** Something that has to be on the machine, and the Debian package that brings it. */
export interface Requirement {
  package: string;
  /** Any one of these programs on PATH … */
  programs?: string[];
  /** … or any one of these files. */
  files?: string[];
}

/** What the native build needs. */
export const BUILD_REQUIREMENTS: Requirement[] = [
  { package: "gcc", programs: ["cc"] },
  { package: "libc6-dev", files: ["/usr/include/stdlib.h"] },
  { package: "make", programs: ["make"] },
  { package: "pkg-config", programs: ["pkg-config"] },
  { package: "clang", programs: ["clang"] },
  { package: "libelf-dev", files: ["/usr/include/libelf.h"] },
  { package: "zlib1g-dev", files: ["/usr/include/zlib.h"] },
];

/** What the regular suite needs on top of it. */
export const TEST_REQUIREMENTS: Requirement[] = [
  { package: "chromium", programs: ["chromium", "chromium-browser", "google-chrome"] },
];

/** The packages of `requirements` that are not there. */
export function missingPackages(
  requirements: Requirement[],
  path: string = Deno.env.get("PATH") ?? "",
): string[] {
  return requirements
    .filter(({ programs = [], files = [] }) =>
      !programs.some((name) => findExecutable(name, [], path)) && !files.some(existsSync)
    )
    .map((requirement) => requirement.package);
}

/** The one error for what this process may not install itself. */
export function packagesError(packages: string[], why: string): LaunchError {
  return new LaunchError(
    `missing system package${packages.length > 1 ? "s" : ""}: ${packages.join(", ")} (${why})`,
    `install with: sudo apt-get install -y ${packages.join(" ")}\n` +
      "on another distribution, install what these names stand for; then start again",
  );
}

/** Installs Debian packages, or says why it cannot. */
export async function installPackages(
  packages: string[],
  detail: (text: string) => void,
): Promise<void> {
  if (Deno.uid() !== 0) throw packagesError(packages, "not root, so they cannot be installed here");
  if (!findExecutable("apt-get")) throw packagesError(packages, "no apt-get on this machine");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const hint = `install by hand: apt-get install -y ${packages.join(" ")}; then start again`;
  detail("updating the package lists");
  // Stale lists are no reason to stop: the install below says so if it matters.
  await run(["apt-get", "update", "-q"], { env }).catch(() => {});
  detail(packages.join(", "));
  await run(["apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages], {
    env,
    hint,
  });
}

/**
 * The step `packages`.
 *
 * @param requirements what has to be there
 * @param needed whether it is needed at all just now; programs already built need no compiler
 */
export function systemPackages(requirements: Requirement[], needed: () => boolean): Step {
  return {
    id: "packages",
    title: "system packages",
    after: [],
    lock: inRepo("web/launch/setup/system_packages.ts"),
    check: () => !needed() || missingPackages(requirements).length === 0,
    async ensure(detail) {
      const packages = missingPackages(requirements);
      await installPackages(packages, detail);
      const still = missingPackages(requirements);
      if (still.length > 0) throw packagesError(still, "installed, and still not found");
      return packages.join(", ");
    },
  };
}
