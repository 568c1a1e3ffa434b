/**
 * `demo near-oom`, as a person runs it.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ROOT, startStack } from "../../harness/stack.ts";

Deno.test({
  name: "the near-OOM demonstration keeps its promises",
  // The installation's processes are children of another program.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using stack = await startStack();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--config", join(ROOT, "deno.json"), join(ROOT, "web/cli/main.ts")],
        ...["demo", "near-oom", "--data-dir", stack.dataDir, "-o", "json"],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const err = new TextDecoder().decode(stderr);
    assertEquals(code, 0, err);
    const { run, leaker, bystander, panorama, kills, report } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    assertEquals([leaker.alive, bystander.alive], [false, true]);
    assertEquals(run.status, "completed");
    assertEquals(run.steps.length, 6);
    assertEquals(kills.length, 1);
    assertEquals(kills[0].pid, leaker.pid);
    assert(panorama.capturedAt < kills[0].at, "the panorama is older than the kill");
    const off = Math.abs(kills[0].freedBytes / kills[0].predictedBytes - 1);
    assertLess(off, 0.15, `freed ${kills[0].freedBytes} of ${kills[0].predictedBytes}`);
    assertStringIncludes(report.url, `/runs/${run.id}`);
    assertStringIncludes(report.markdown, "demo-leaker");
    const cgroup = String(run.params.scope).replace("cgroup:", "");
    for (const mount of ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"]) {
      assert(!exists(join(mount, cgroup)), "the cgroup is removed");
    }
  },
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
