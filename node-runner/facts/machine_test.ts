import { assert, assertAlmostEquals } from "@std/assert";
import { machineFacts } from "./machine.ts";

Deno.test("this machine describes itself, its memory as in /proc/meminfo", async () => {
  const facts = await machineFacts();
  assert(facts.hostname && facts.kernel && facts.os && facts.cpus > 0);
  const line = /^MemTotal:\s+(\d+) kB$/m.exec(await Deno.readTextFile("/proc/meminfo"));
  assertAlmostEquals(facts.memory.totalBytes, Number(line![1]) * 1024, 4096);
  assert(facts.memory.availableBytes <= facts.memory.totalBytes);
});
