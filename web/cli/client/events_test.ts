import { assertEquals } from "@std/assert";
import { parseEvents } from "./events.ts";

async function parse(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return await Array.fromAsync(parseEvents(chunks()));
}

Deno.test("events are read however the bytes arrive", async () => {
  const text = ': hello\n\nid: 7\nevent: run\ndata: {"a":\ndata: "ü"}\n\r\n' +
    "data:x\r\n\r\n: beat\n\nid: 9\nevent: run\ndata: cut";
  for (const size of [1, 2, 3, 7, 1000]) {
    assertEquals(await parse(text, size), [
      { id: "7", event: "run", data: '{"a":\n"ü"}' },
      { id: "7", event: "message", data: "x" },
    ]);
  }
});
