import { assert, assertEquals } from "@std/assert";
import { inRepo } from "../../web/launch/paths.ts";
import { add, cargoCounts, denoCounts, NONE, totalLine } from "./counts.ts";
import { SKIP_REASONS } from "./skip_reasons.ts";
import { tool } from "./command.ts";

Deno.test("the counts are those that deno test really prints", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${dir}/a_test.ts`,
    `Deno.test("good", async (t) => { await t.step("step", () => {}); });
     Deno.test("bad", () => { throw new Error("no"); });
     Deno.test("left out (needs root)", { ignore: true }, () => {});
     Deno.test("left out for no reason", { ignore: true }, () => {});`,
  );
  const { ok, lines } = await tool([Deno.execPath(), "test", "--no-check", dir]);
  await Deno.remove(dir, { recursive: true });
  assertEquals(denoCounts(lines, ok), {
    passed: 1,
    failed: 2,
    skipped: 1,
    unlisted: ["left out for no reason"],
  });
});

Deno.test("a run that ends badly without a result counts as a failure", () => {
  assertEquals(denoCounts(["error: Type checking failed."], false).failed, 1);
  assertEquals(cargoCounts(["error: could not compile"], false).failed, 1);
  assertEquals(denoCounts([], true), NONE);
});

Deno.test("cargo's results add up over its programs", () => {
  const lines = [
    "test ranks ... ok",
    "test gpu ... ignored, needs an NVIDIA GPU",
    "test later ... ignored",
    "test result: ok. 3 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s",
    "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished",
  ];
  const counts = cargoCounts(lines, false);
  assertEquals([counts.passed, counts.failed, counts.skipped], [4, 2, 1]);
  assertEquals(totalLine(add(counts, NONE)), "4 passed, 2 failed, 1 skipped");
  assertEquals(totalLine({ ...NONE, passed: 2 }), "2 passed, 0 failed");
});

Deno.test("the README lists every reason for skipping a test", async () => {
  const readme = await Deno.readTextFile(inRepo("README.md"));
  for (const reason of Object.keys(SKIP_REASONS)) assert(readme.includes(reason), reason);
});
