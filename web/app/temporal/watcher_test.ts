import { assertEquals } from "@std/assert";
import type { NodeRow, StepRow } from "../../store/mod.ts";
import { waitsFor } from "./watcher.ts";

const NOW = Date.parse("2026-01-01T00:01:00.000Z");
const node = (lastSeenAt: string | null): NodeRow => ({
  id: "local",
  createdAt: "2026-01-01T00:00:00.000Z",
  lastSeenAt,
  facts: null,
});
const STEP = {
  path: "detect",
  uses: "memory.detect",
  place: "node",
  status: "running",
  startedAt: "2026-01-01T00:00:50.000Z",
} as StepRow;
const SEEN = "2026-01-01T00:00:58.000Z";
const pending = (state: number) => [{ activityType: { name: "memory.detect" }, state }];
const around = (rest: object) => ({
  node: node(SEEN),
  pending: [],
  awaySince: null,
  now: NOW,
  ...rest,
});

Deno.test("what a step waits for, in words", () => {
  assertEquals(waitsFor(STEP, around({})), null);
  assertEquals(waitsFor(STEP, around({ pending: pending(2) })), null);
  assertEquals(
    waitsFor(STEP, around({ awaySince: SEEN })),
    `Temporal, which does not answer since ${SEEN}`,
  );
  assertEquals(
    waitsFor(STEP, around({ node: node("2026-01-01T00:00:30.000Z") })),
    "node local, offline since 2026-01-01T00:00:30.000Z",
  );
  assertEquals(
    waitsFor(STEP, around({ node: node(null) })),
    "node local, offline since its registration",
  );
  assertEquals(
    waitsFor(STEP, around({ pending: pending(1) })),
    "node local, which has not taken it up yet",
  );
  assertEquals(
    waitsFor(STEP, around({ pending: pending(3) })),
    "node local, which was asked to stop it",
  );
});

Deno.test("a step of the control plane does not wait for a node", () => {
  const centre = { ...STEP, place: "centre" } as StepRow;
  assertEquals(waitsFor(centre, around({ node: node(null) })), null);
  assertEquals(
    waitsFor(centre, around({ pending: pending(1) })),
    "the control plane's worker, which has not taken it up yet",
  );
});
