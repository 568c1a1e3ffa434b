import { assertEquals, assertRejects } from "@std/assert";
import { OncePerStep } from "./once.ts";

async function keeper() {
  const dir = await Deno.makeTempDir();
  const once = new OncePerStep(dir);
  await once.open();
  return { dir, once, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

const never = new AbortController().signal;

Deno.test("a second attempt joins the work of the first", async () => {
  await using at = await keeper();
  const finish = Promise.withResolvers<string>();
  let started = 0;
  const work = () => (started++, finish.promise);
  const first = at.once.run("k", never, work);
  const second = at.once.run("k", never, work);
  finish.resolve("done");
  assertEquals([await first, await second, started], ["done", "done", 1]);
});

Deno.test("an undelivered result survives the process; another question does not get it", async () => {
  await using at = await keeper();
  await at.once.run("k", never, () => Promise.resolve({ kills: [1] }));
  const next = new OncePerStep(at.dir);
  await next.open();
  const again = await next.run("k", never, () => Promise.reject(new Error("done twice")));
  assertEquals(again, { kills: [1] });
  assertEquals(await next.run("other", never, () => Promise.resolve("new")), "new");
});

Deno.test("a failure is not kept: the next attempt tries for itself", async () => {
  await using at = await keeper();
  await assertRejects(() => at.once.run("k", never, () => Promise.reject(new Error("no"))));
  assertEquals(await at.once.run("k", never, () => Promise.resolve("yes")), "yes");
});

Deno.test("a cancel of the run reaches the work", async () => {
  await using at = await keeper();
  const cancel = new AbortController();
  const started = Promise.withResolvers<void>();
  const running = at.once.run("k", cancel.signal, (signal) => {
    started.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("stopped")));
    });
  });
  await started.promise;
  cancel.abort();
  await assertRejects(() => running, Error, "stopped");
});

Deno.test("work that was cancelled before it began does not begin", async () => {
  await using at = await keeper();
  const cancelled = AbortSignal.abort(new Error("cancelled"));
  const work = () => Promise.reject(new Error("it began"));
  await assertRejects(() => at.once.run("k", cancelled, work), Error, "cancelled");
});
