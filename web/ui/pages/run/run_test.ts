import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { axisOf, placeOnAxis } from "./axis.ts";
import { groupsOf } from "./groups.ts";

const at = (ms: number) => new Date(Date.parse("2026-11-23T12:00:00.000Z") + ms).toISOString();
const now = (ms: number) => Date.parse(at(ms));

Deno.test("a running run's axis grows in whole steps, an ended one fits exactly", () => {
  const running = { startedAt: at(0), endedAt: null, steps: [] };
  assertEquals(axisOf(running, now(3100)).spanMs, 4000);
  assertEquals(axisOf(running, now(3900)).spanMs, 4000);
  const ended = { startedAt: at(0), endedAt: at(3700), steps: [] };
  assertEquals(axisOf(ended, now(99_000)).spanMs, 3700);
});

Deno.test("bars lie within the axis, also under a clock that is behind", () => {
  const axis = axisOf({ startedAt: at(0), endedAt: at(1000), steps: [] }, now(1000));
  assertEquals(placeOnAxis({ startedAt: at(250), endedAt: at(750) }, axis, now(1000)), {
    left: 0.25,
    width: 0.5,
  });
  assertEquals(placeOnAxis({ startedAt: null, endedAt: null }, axis, now(0)), null);
  assertEquals(placeOnAxis({ startedAt: at(-500), endedAt: null }, axis, now(-400))!.left, 0);
});

Deno.test("steps of a parallel block stand together", () => {
  const groups = groupsOf([{ path: "a" }, { path: "p/b" }, { path: "p/c" }, { path: "d" }]);
  assertEquals(groups.map((group) => [group.path, group.steps.length]), [["", 1], ["p", 2], [
    "",
    1,
  ]]);
});
