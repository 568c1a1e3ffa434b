import { assertEquals, assertRejects } from "@std/assert";
import type { Progress } from "./progress.ts";
import { missing, runSteps, type Step } from "./step.ts";

const SILENT: Progress = {
  begin: () => ({ detail: () => {}, done: () => {}, failed: () => {} }),
  close: () => {},
};

function recorder() {
  const done = new Set<string>();
  const order: string[] = [];
  const step = (id: string, after: string[] = [], fails = false): Step => ({
    id,
    title: id,
    after,
    check: () => done.has(id),
    ensure() {
      order.push(id);
      if (fails) return Promise.reject(new Error(`${id} failed`));
      done.add(id);
      return Promise.resolve();
    },
  });
  return { done, order, step };
}

Deno.test("steps run after those they need, whatever order they are listed in", async () => {
  const { order, step } = recorder();
  await runSteps([step("c", ["b"]), step("b", ["a"]), step("a")], SILENT);
  assertEquals(order, ["a", "b", "c"]);
});

Deno.test("a step whose work is done does not run again", async () => {
  const { done, order, step } = recorder();
  const steps = [step("a"), step("b", ["a"])];
  done.add("a");
  assertEquals((await missing(steps)).map(({ id }) => id), ["b"]);
  await runSteps(steps, SILENT);
  assertEquals(order, ["b"]);
  assertEquals(await missing(steps), []);
});

Deno.test("after a failure nothing that needs it runs, and the failure is thrown", async () => {
  const { order, step } = recorder();
  const steps = [step("a", [], true), step("b", ["a"]), step("c", ["b"])];
  await assertRejects(() => runSteps(steps, SILENT), Error, "a failed");
  assertEquals(order, ["a"]);
});

Deno.test("of two set-ups at once one does the work and the other waits for it", async () => {
  const lock = await Deno.makeTempFile();
  const { order, step } = recorder();
  const one = { ...step("a"), lock };
  const slow: Step = {
    ...one,
    async ensure(detail) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return await one.ensure(detail);
    },
  };
  await Promise.all([runSteps([slow], SILENT), runSteps([slow], SILENT)]);
  assertEquals(order, ["a"]);
  await Deno.remove(lock);
});
