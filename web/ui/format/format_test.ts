import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { axisStepMs, elapsedMs, formatAgo, formatTick, median } from "./time.ts";
import { formatBytes, formatCount, formatDuration, formatShare, plural } from "./units.ts";

Deno.test("bytes keep three digits and their unit", () => {
  assertEquals(
    [0, 999, 1000, 1536, 431_751_168, -52_428_800, 2 ** 60].map(formatBytes),
    ["0 B", "999 B", "0.98 KiB", "1.50 KiB", "412 MiB", "−50.0 MiB", "1024 PiB"],
  );
  assertEquals(formatBytes(NaN), "—");
});

Deno.test("durations read like a clock, never rounding up to 60 s", () => {
  assertEquals(
    [0, 840, 999.6, 4210, 59_949, 59_990, 65_000, 3_599_600, 7_800_000, 200_000_000]
      .map(formatDuration),
    [
      "0 ms",
      "840 ms",
      "1.0 s",
      "4.2 s",
      "59.9 s",
      "1 min 00 s",
      "1 min 05 s",
      "1 h 00 min",
      "2 h 10 min",
      "2 d 8 h",
    ],
  );
});

Deno.test("shares never hide a small part and never divide by nothing", () => {
  assertEquals(formatShare(1, 100_000), "<0.1 %");
  assertEquals(formatShare(100, 100), "100 %");
  assertEquals(formatShare(0, 100), "0.0 %");
  assertEquals(formatShare(1, 0), "—");
});

Deno.test("counts group digits and know one from many", () => {
  assertEquals(formatCount(1234567), "1\u202f234\u202f567");
  assertEquals([plural(1, "step"), plural(2, "step")], ["1 step", "2 steps"]);
});

Deno.test("relative times look both ways", () => {
  const now = Date.parse("2026-11-23T12:00:00.000Z");
  assertEquals(formatAgo("2026-11-23T11:59:59.500Z", now), "just now");
  assertEquals(formatAgo("2026-11-23T11:59:18.000Z", now), "42 s ago");
  assertEquals(formatAgo("2026-11-23T09:00:00.000Z", now), "3 h ago");
  assertEquals(formatAgo("2026-11-23T12:00:20.000Z", now), "in 20 s");
  assertEquals(formatAgo("never", now), "—");
});

Deno.test("elapsed time runs until the end, or until now", () => {
  const startedAt = "2026-11-23T12:00:00.000Z";
  const now = Date.parse("2026-11-23T12:00:05.000Z");
  assertEquals(elapsedMs({ startedAt, endedAt: null }, now), 5000);
  assertEquals(elapsedMs({ startedAt, endedAt: "2026-11-23T12:00:02.000Z" }, now), 2000);
  assertEquals(elapsedMs({ startedAt: null, endedAt: null }, now), null);
});

Deno.test("axis steps are round and few", () => {
  assertEquals([900, 9_000, 61_000, 5_000_000].map((ms) => axisStepMs(ms)), [
    200,
    2000,
    20_000,
    1_200_000,
  ]);
  assertEquals([0, 500, 10_000, 90_000, 120_000].map(formatTick), [
    "0 s",
    "500 ms",
    "10 s",
    "90 s",
    "2 min",
  ]);
});

Deno.test("median", () => {
  assertEquals([median([]), median([3]), median([9, 1, 5]), median([4, 2])], [null, 3, 5, 3]);
});
