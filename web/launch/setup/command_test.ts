import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LaunchError } from "../errors.ts";
import { endCommands, run } from "./command.ts";

Deno.test("a failing command shows its last lines and how it ended", async () => {
  const error = await assertRejects(
    () => run(["sh", "-c", "echo one; echo two >&2; exit 3"], { hint: "do this" }),
    LaunchError,
  );
  assertStringIncludes(error.message, "failed with code 3");
  assertStringIncludes(error.message, "    one");
  assertStringIncludes(error.message, "    two");
  assertEquals(error.hint, "do this");
});

Deno.test("a command that ran out of disk says so", async () => {
  const error = await assertRejects(
    () => run(["sh", "-c", "echo 'cc: No space left on device' >&2; exit 1"]),
    LaunchError,
  );
  assertStringIncludes(error.hint, "the disk is full");
});

Deno.test("a program that is not there is named", async () => {
  const error = await assertRejects(() => run(["no-such-program-here"]), LaunchError);
  assertStringIncludes(error.message, "cannot run no-such-program-here");
  assertStringIncludes(error.hint, "install no-such-program-here");
});

Deno.test("what is interrupted ends with everything that it started", async () => {
  let started = () => {};
  const ready = new Promise<void>((resolve) => started = resolve);
  const running = run(["sh", "-c", "sleep 300 & echo started; wait"], { onLine: () => started() });
  await ready;
  endCommands();
  // The output ends only when the last process that holds it has.
  const error = await assertRejects(() => running, LaunchError);
  assertStringIncludes(error.message, "was ended by SIGTERM");
});
