import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { LaunchError } from "../../errors.ts";
import { IS_ROOT, runProgram, runWithMounts } from "../../testing/program.ts";
import { cachedTemporal, rememberVerified } from "./cache.ts";
import { TEMPORAL_VERSION } from "./pins.ts";

async function withCache(fn: (dir: string, binary: string, home: string) => Promise<void>) {
  const home = await Deno.makeTempDir();
  const dir = join(home, `pitcrew/temporal-${TEMPORAL_VERSION}`);
  await Deno.mkdir(dir, { recursive: true });
  const binary = join(dir, "temporal");
  await Deno.writeTextFile(binary, "#!/bin/sh\n", { mode: 0o755 });
  rememberVerified(dir, createHash("sha256").update("#!/bin/sh\n").digest("hex"));
  try {
    await fn(dir, binary, home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** A PATH on which there is no `temporal`. */
const PATH = "/usr/bin:/bin";

Deno.test("an unchanged cached server is used, also after it was only copied over itself", () =>
  withCache(async (dir, binary) => {
    assertEquals(await cachedTemporal(dir), binary);
    await Deno.writeTextFile(binary, "#!/bin/sh\n");
    assertEquals(await cachedTemporal(dir), binary);
  }));

Deno.test("a changed cached server is refused", () =>
  withCache(async (dir, binary) => {
    await Deno.writeTextFile(binary, "#!/bin/sh\nevil\n");
    const error = await assertRejects(() => cachedTemporal(dir), LaunchError);
    assertStringIncludes(error.message, "wrong hash");
  }));

Deno.test("a cached server without a record has to have the pinned hash", () =>
  withCache(async (dir) => {
    await Deno.remove(join(dir, "verified.json"));
    await assertRejects(() => cachedTemporal(dir), LaunchError, "wrong hash");
  }));

Deno.test("set-up with a changed cached server is one error that says what to remove", () =>
  withCache(async (dir, binary, home) => {
    await Deno.writeTextFile(binary, "#!/bin/sh\nevil\n");
    const { code, stderr } = await runProgram("testing/run_step.ts", ["temporal"], {
      XDG_CACHE_HOME: home,
      PATH,
    });
    assertEquals(code, 1);
    assertMatch(stderr, /^error: wrong hash: the cached Temporal server/);
    assertStringIncludes(stderr, `rm -r ${dir}`);
  }));

Deno.test({
  name: "a read-only cache is one readable error (needs root)",
  ignore: !IS_ROOT,
  async fn() {
    const home = await Deno.makeTempDir();
    const { code, stderr } = await runWithMounts(
      `mount -t tmpfs -o size=1m,ro tmpfs ${home}`,
      "testing/run_step.ts",
      ["temporal"],
      { XDG_CACHE_HOME: home, PATH },
    );
    await Deno.remove(home);
    assertEquals(code, 1);
    assertMatch(stderr, /error: cannot write the cache .* read-only\n {2}→ .*XDG_CACHE_HOME/);
  },
});

Deno.test({
  name: "a full disk under the cache is one readable error (needs root)",
  ignore: !IS_ROOT,
  async fn() {
    const home = await Deno.makeTempDir();
    const fill = `dd if=/dev/zero of=${home}/pitcrew/fill bs=64k 2>/dev/null || true`;
    const { code, stderr } = await runWithMounts(
      `mount -t tmpfs -o size=256k tmpfs ${home}; mkdir ${home}/pitcrew; touch ${home}/pitcrew/lock; ${fill}`,
      "testing/run_step.ts",
      ["temporal"],
      { XDG_CACHE_HOME: home, PATH },
    );
    await Deno.remove(home);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /error: cannot write the cache .*: the disk is full\n {2}→ free some space/,
    );
  },
});
