import { assertEquals } from "@std/assert";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { lastLines, rotate, withLogFd } from "./log_file.ts";

Deno.test("a log that is written to while it is rotated goes on at its new end", async () => {
  const dir = await Deno.makeTempDir();
  const log = join(dir, "x.log");
  withLogFd(log, (fd) => {
    writeSync(fd, "old\n");
    assertEquals(rotate(log, 100), false);
    assertEquals(rotate(log, 4), true);
    writeSync(fd, "new\n");
  });
  assertEquals(Deno.readTextFileSync(log), "new\n");
  assertEquals(Deno.readTextFileSync(`${log}.1`), "old\n");
  assertEquals(Deno.statSync(log).mode! & 0o777, 0o600);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("the last lines of a log, and of none", async () => {
  const log = await Deno.makeTempFile();
  Deno.writeTextFileSync(log, Array.from({ length: 9000 }, (_, i) => `line ${i}`).join("\n"));
  assertEquals(lastLines(log, 2), ["line 8998", "line 8999"]);
  await Deno.remove(log);
  assertEquals(lastLines(log, 2), []);
  assertEquals(rotate(log), false);
});
