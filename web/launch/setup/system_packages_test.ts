import { assert, assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../testing/program.ts";
import { BUILD_REQUIREMENTS, missingPackages } from "./system_packages.ts";

Deno.test("programs that are not on PATH are named by their packages", () => {
  const missing = missingPackages(BUILD_REQUIREMENTS, "/nonexistent");
  for (const name of ["gcc", "make", "pkg-config", "clang"]) assert(missing.includes(name), name);
});

Deno.test("a requirement is met by any one of its programs or files", () => {
  const requirement = { package: "x", programs: ["no-such-program", "sh"] };
  assertEquals(missingPackages([requirement], "/bin:/usr/bin"), []);
  assertEquals(missingPackages([{ package: "x", files: ["/no", "/proc/self/stat"] }]), []);
  assertEquals(missingPackages([{ package: "x", files: ["/no"] }]), ["x"]);
});

Deno.test("a missing compiler is one error that names the packages and the command", async () => {
  // An empty PATH has no compiler and no apt-get either.
  const { code, stderr } = await runProgram("testing/run_step.ts", ["packages"], {
    PATH: "/nonexistent",
  });
  assertEquals(code, 1);
  assertMatch(stderr, /error: missing system packages: .*gcc.*clang/);
  assertMatch(stderr, /→ install with: sudo apt-get install -y .*clang/);
});
