import { assertEquals } from "@std/assert";
import { bytes, duration } from "./format.ts";
import { table } from "./table.ts";
import { lines, oneLine } from "./text.ts";

Deno.test("nothing that moves a cursor, hides or turns text gets through", () => {
  assertEquals(
    oneLine("a\x1b[2Jb\r\n\x9b31m\u202egpj.exe\x00"),
    "a\\x1b[2Jb\\x0d\\x0a\\x9b31m\\u{202e}gpj.exe\\x00",
  );
  assertEquals(lines("a\tb\nc\x1bd"), "a\tb\nc\\x1bd");
  assertEquals(oneLine("Grüße 内存 ✓"), "Grüße 内存 ✓");
});

Deno.test("figures carry their unit", () => {
  assertEquals([0, 1023, 1024, 1536 * 1024, -2048, 123 * 2 ** 30].map(bytes), [
    ...["0 B", "1023 B", "1.00 KiB", "1.50 MiB", "-2.00 KiB", "123 GiB"],
  ]);
  assertEquals(bytes(null), "–");
  assertEquals([0, 999, 3_240, 250_000, 7_500_000].map(duration), [
    ...["0 ms", "999 ms", "3.2 s", "4 min 10 s", "2 h 5 min"],
  ]);
});

Deno.test("columns line up whatever stands in them", () => {
  const rows = [{ name: "ä", size: "1" }, { name: "long\x1b", size: "10" }];
  assertEquals(
    table(rows, [
      { title: "NAME", value: (row) => row.name },
      { title: "SIZE", value: (row) => row.size, right: true },
    ]),
    ["NAME      SIZE", "ä            1", "long\\x1b    10"],
  );
});
