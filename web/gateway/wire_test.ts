import { assertEquals, assertThrows } from "@std/assert";
import { readFields, single, text, WireError, withField } from "./wire.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

Deno.test("fields this version does not know pass unchanged", () => {
  // 1: "ab", 15: varint 300, 200: fixed32
  const message = bytes(0x0a, 2, 0x61, 0x62, 0x78, 0xac, 0x02, 0xc5, 0x0c, 1, 2, 3, 4);
  const fields = readFields(message);
  assertEquals(fields.map((field) => field.number), [1, 15, 200]);
  assertEquals(text(fields, 1), "ab");
  assertEquals(
    withField(fields, 1, bytes(0x63)),
    bytes(0x0a, 1, 0x63, 0x78, 0xac, 0x02, 0xc5, 0x0c, 1, 2, 3, 4),
  );
  assertEquals(withField(fields, 1, null), message.slice(4));
});

Deno.test("a long value keeps its length", () => {
  const value = new Uint8Array(70_000).fill(7);
  const fields = readFields(withField([], 1, value));
  assertEquals(single(fields, 1), value);
});

Deno.test("what servers may read in two ways is refused", () => {
  const twice = readFields(bytes(0x0a, 1, 0x61, 0x0a, 1, 0x62));
  assertThrows(() => text(twice, 1), WireError, "twice");
  assertThrows(() => text(readFields(bytes(0x08, 1)), 1), WireError, "not of its type");
  assertThrows(() => text(readFields(bytes(0x0a, 1, 0xff)), 1), WireError, "not text");
});

Deno.test("cut off, overlong and grouped fields are refused", () => {
  for (
    const broken of [
      bytes(0x0a, 5, 0x61),
      bytes(0x0a),
      bytes(0x0b, 0x0c),
      bytes(0x00, 1),
      bytes(...Array(11).fill(0xff)),
      bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
    ]
  ) assertThrows(() => readFields(broken), WireError);
});
