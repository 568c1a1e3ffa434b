/**
 * `demo near-oom`, as a person runs it.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ROOT, type Stack, startStack } from "../../harness/stack.ts";

/** What the demonstration answers, and what it says meanwhile. */
async function demo(stack: Stack, ...flags: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--config", join(ROOT, "deno.json"), join(ROOT, "web/cli/main.ts")],
      ...["demo", "near-oom", "--data-dir", stack.dataDir, "-o", "json", ...flags],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, outcome: JSON.parse(text(stdout)), said: text(stderr) };
}

/** Where the demonstration's cgroup lies, if it is still there. */
function cgroupOf(outcome: { run: { params: { scope: string } } }): string | undefined {
  const cgroup = outcome.run.params.scope.replace("cgroup:", "");
  return ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].map((mount) => join(mount, cgroup))
    .find(exists);
}

Deno.test({
  name: "the near-OOM demonstration keeps its promises",
  // The installation's processes are children of another program.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using stack = await startStack();

    await t.step(
      "the leaker goes, the bystander works on and is what the profile shows",
      async () => {
        const { code, outcome, said } = await demo(stack);
        assertEquals(code, 0, said);
        const { run, leaker, bystander, panorama, kills, report } = outcome;
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
        assertEquals(cgroupOf(outcome), undefined, "the cgroup is removed");
        const step = (id: string) => run.steps.find((step: { id: string }) => step.id === id);
        const { outputs: level, summary } = step("detect");
        assertEquals(level.warningHeadroomBytes, Math.floor(level.totalBytes * 0.2));
        assertStringIncludes(summary, "below the warning threshold of 20 %");
        const hotspots = step("hotspots");
        // Where the machine lets nobody profile, the step says so and the run goes on.
        if (hotspots.status === "completed") {
          assertEquals(hotspots.outputs.top[0]?.function, "pitcrew_service_work");
        }
      },
    );

    await t.step(
      "--keep leaves the bystander and the cgroup, and says how to end them",
      async () => {
        const { code, outcome, said } = await demo(stack, "--keep");
        const { bystander } = outcome;
        const dir = cgroupOf(outcome);
        try {
          assertEquals(code, 0, said);
          assert(dir, "the cgroup is there");
          const pids = Deno.readTextFileSync(join(dir, "cgroup.procs"));
          assertEquals(pids.trim(), String(bystander.pid));
          assertStringIncludes(said, `kill ${bystander.pid}; rmdir ${dir}`);
        } finally {
          Deno.kill(bystander.pid, "SIGTERM");
          while (dir && !remove(dir)) await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
    );

    await t.step("a policy that protects the leaker is named with its rule and file", async () => {
      await stack.stop();
      const policy = join(stack.dataDir, "node/policy.yaml");
      await Deno.writeTextFile(policy, "version: 1\nprotect:\n  - name: demo-*\n");
      await stack.restart();
      const { code, outcome, said } = await demo(stack);
      assertEquals(code, 1, said);
      assertEquals([outcome.leaker.alive, outcome.kills], [true, []]);
      assertStringIncludes(said, 'the node\'s policy says "protect name=demo-*"');
      assertStringIncludes(said, policy);
      assertEquals(cgroupOf(outcome), undefined, "the cgroup is removed");
    });
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

/** Removes an empty cgroup; false while a process is in it. */
function remove(dir: string): boolean {
  try {
    Deno.removeSync(dir);
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
  return true;
}
