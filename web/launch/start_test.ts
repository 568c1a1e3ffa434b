import { assert, assertEquals, assertMatch } from "@std/assert";
import { IS_ROOT, runProgram, runWithMounts } from "./testing/program.ts";

Deno.test("start --help names every option and exits 0", async () => {
  const { code, stdout } = await runProgram("main.ts", ["--help"]);
  assertEquals(code, 0);
  for (const option of ["--data-dir", "--port", "--no-node"]) assert(stdout.includes(option));
});

Deno.test("start refuses what it does not know, with exit code 2", async () => {
  for (const args of [["--prot", "1"], ["--port", "70000"], ["--port", "x"], ["extra"]]) {
    const { code, stderr } = await runProgram("main.ts", args);
    assertEquals(code, 2, args.join(" "));
    assertMatch(stderr, /^error: .+\n {2}→ see: deno task start --help/);
  }
});

Deno.test("a port in use is one readable error", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const dataDir = await Deno.makeTempDir();
  const { code, stdout, stderr } = await runProgram("main.ts", [
    ...["--data-dir", dataDir, "--port", String(port)],
  ]);
  await Deno.remove(dataDir, { recursive: true });
  assertEquals(code, 1);
  assertEquals(stdout, "");
  assertMatch(stderr, new RegExp(`^error: port ${port} \\(for the console\\) is in use\n  → `));
});

Deno.test({
  name: "a read-only data directory is one readable error (needs root)",
  ignore: !IS_ROOT,
  async fn() {
    const dir = await Deno.makeTempDir();
    const { code, stderr } = await runWithMounts(
      `mount -t tmpfs -o size=1m,ro tmpfs ${dir}`,
      "main.ts",
      ["--data-dir", `${dir}/data`, "--port", "0"],
    );
    await Deno.remove(dir);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^error: cannot write the data directory .* is read-only\n {2}→ .*--data-dir/,
    );
  },
});

Deno.test({
  name: "a full disk under the data directory is one readable error (needs root)",
  ignore: !IS_ROOT,
  async fn() {
    const dir = await Deno.makeTempDir();
    const { code, stderr } = await runWithMounts(
      `mount -t tmpfs -o size=1m tmpfs ${dir}`,
      "main.ts",
      ["--data-dir", `${dir}/data`, "--port", "0"],
    );
    await Deno.remove(dir);
    assertEquals(code, 1);
    assertMatch(stderr, /^error: the disk is full: .* free in .* needed\n {2}→ free some space/);
  },
});
