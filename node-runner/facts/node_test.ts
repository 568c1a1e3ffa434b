import { assertEquals, assertMatch } from "@std/assert";
import { NativeClient } from "../native/mod.ts";
import { serve } from "../native/testing.ts";
import { nodeFacts } from "./node.ts";

const GUARD = {
  version: "1.0.0",
  pid: 1,
  mode: "observe",
  policyHash: "abc",
  rssBytes: 3_000_000,
  watching: { level: "warning" },
};

Deno.test("a living guard gives level and mode, a dead collector the reason of its absence", async () => {
  await using server = await serve((message, peer) =>
    peer.send({ v: 1, id: message.id, result: GUARD })
  );
  using guard = new NativeClient({ name: "guard", path: server.path });
  using collector = new NativeClient({ name: "collector", path: "/nonexistent", connectMs: 10 });
  const facts = await nodeFacts(guard, collector);
  assertEquals(facts.level, "warning");
  assertEquals(facts.guard, {
    ...{ mode: "observe", version: "1.0.0", policyHash: "abc", rssBytes: 3_000_000 },
  });
  assertEquals(facts.collector, null);
  assertMatch(facts.collectorReason!, /cannot reach the collector/);
});

Deno.test("a guard that answers nonsense does not stop the heartbeat", async () => {
  await using server = await serve((message, peer) =>
    peer.send({ v: 1, id: message.id, result: {} })
  );
  using guard = new NativeClient({ name: "guard", path: server.path });
  const facts = await nodeFacts(guard, guard);
  assertEquals([facts.guard, facts.level], [null, null]);
});
