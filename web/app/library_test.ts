import { assert, assertEquals } from "@std/assert";
import { loadLibrary } from "./library.ts";
import { LIBRARY } from "./settings.ts";

Deno.test("the runbooks of this checkout load, and plan", async () => {
  const library = await loadLibrary(LIBRARY);
  const nearOom = library.get("near-oom")!;
  assertEquals([nearOom.risk, nearOom.steps], ["disruptive", 6]);
  const planned = library.plan("near-oom", { node: "local", params: {}, dryRun: true })!;
  assert("plan" in planned);
  assertEquals(planned.plan.runbook.hash, nearOom.hash);
  assertEquals(library.plan("near-om", { node: "local", params: {}, dryRun: true }), null);
});

Deno.test("a file that does not check out is left out, the others stay", async () => {
  const folder = await Deno.makeTempDir({ prefix: "pitcrew-library-" });
  const good = await Deno.readTextFile(`${LIBRARY}/near-oom/runbook.yaml`);
  const files = {
    a: good,
    b: good,
    c: "steps: [",
    d: good.replace("name: near-oom", "name: other"),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/${name}/runbook.yaml`, text);
  }
  await Deno.mkdir(`${folder}/empty`);
  await Deno.writeTextFile(`${folder}/README.md`, "no runbook");
  const library = await loadLibrary(folder);
  assertEquals(library.list().map((runbook) => runbook.name), ["near-oom", "other"]);
  await Deno.remove(folder, { recursive: true });
});
