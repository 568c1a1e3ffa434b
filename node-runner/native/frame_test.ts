import assert from "node:assert/strict";
import { encodeFrame, FrameError, FrameReader } from "./frame.ts";

Deno.test("messages survive any way of being cut into reads", () => {
  const messages = [{ a: 1 }, { text: "ü".repeat(700) }, [], { deep: { list: [1, 2, null] } }];
  const stream = new Uint8Array(messages.flatMap((message) => [...encodeFrame(message)]));
  for (const size of [1, 2, 3, 5, 7, 64, 1000, stream.length]) {
    const reader = new FrameReader();
    const seen: unknown[] = [];
    for (let at = 0; at < stream.length; at += size) {
      seen.push(...reader.push(stream.subarray(at, at + size)));
    }
    assert.deepEqual(seen, messages);
    assert.deepEqual(reader.pendingBytes, 0);
  }
});

const TOO_LARGE = { name: "FrameError", message: /larger than 100/ };

Deno.test("an oversize frame is refused by its header, before its body arrives", () => {
  const reader = new FrameReader(100);
  assert.throws(() => reader.push(new Uint8Array([0, 0, 0, 101])), TOO_LARGE);
  assert.throws(() => encodeFrame("x".repeat(200), 100), TOO_LARGE);
});

Deno.test("empty frames, broken UTF-8 and broken JSON are refused", () => {
  for (const bytes of [[0, 0, 0, 0], [0, 0, 0, 2, 0xff, 0xfe], [0, 0, 0, 1, 0x7b]]) {
    assert.throws(() => new FrameReader().push(new Uint8Array(bytes)), FrameError);
  }
});
