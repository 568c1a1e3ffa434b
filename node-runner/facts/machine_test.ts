import { assert, assertEquals, assertThrows } from "@std/assert";
import { machineFacts, parseMeminfo } from "./machine.ts";

Deno.test("meminfo is read in bytes, and a missing line is named", () => {
  const text = "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    600 kB\n";
  assertEquals(parseMeminfo(text), { totalBytes: 1_024_000, availableBytes: 614_400 });
  assertThrows(() => parseMeminfo("MemTotal: 1 kB\n"), Error, "no line MemAvailable");
});

Deno.test("this machine describes itself", async () => {
  const facts = await machineFacts();
  assert(facts.hostname && facts.kernel && facts.os && facts.cpus > 0);
  assert(facts.memory.availableBytes <= facts.memory.totalBytes);
});
