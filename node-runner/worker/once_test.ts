import { assertEquals, assertRejects } from "@std/assert";
import { OncePerStep } from "./once.ts";

async function keeper() {
  const dir = await Deno.makeTempDir();
  const once = new OncePerStep(dir);
  await once.open();
  return { dir, once, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

const quiet = new AbortController().signal;
const never = { cancelled: quiet, left: quiet };

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
  const running = at.once.run("k", { ...never, cancelled: cancel.signal }, (signal) => {
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
  await assertRejects(() => at.once.run("k", { ...never, cancelled }, work), Error, "cancelled");
});

/** Work that lasts until it is stopped, and an attempt at it that has left. */
async function abandoned(abandonedMs: number) {
  const dir = await Deno.makeTempDir();
  const once = new OncePerStep(dir, abandonedMs);
  await once.open();
  const stopped = Promise.withResolvers<string>();
  const left = new AbortController();
  let starts = 0;
  const work = (signal: AbortSignal) => {
    if (++starts > 1) return Promise.resolve("anew");
    signal.addEventListener("abort", () => stopped.resolve("stopped"), { once: true });
    return stopped.promise;
  };
  const first = once.run("k", { ...never, left: left.signal }, work);
  await new Promise((resolve) => setTimeout(resolve, 0));
  left.abort(new Error("given up"));
  await assertRejects(() => first, Error, "given up");
  return {
    once,
    work,
    stopped,
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("work that no attempt waits for is stopped, and its end answers nobody", async () => {
  await using at = await abandoned(50);
  assertEquals(await at.stopped.promise, "stopped");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(await at.once.run("k", never, at.work), "anew");
});

Deno.test("work whose next attempt comes is not stopped", async () => {
  await using at = await abandoned(500);
  const second = at.once.run("k", never, at.work);
  await new Promise((resolve) => setTimeout(resolve, 700));
  at.stopped.resolve("done");
  assertEquals(await second, "done");
});
