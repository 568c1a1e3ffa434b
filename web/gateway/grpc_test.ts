import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { failure, framed, GrpcError, MAX_MESSAGE, readMessage, timeoutMs } from "./grpc.ts";

const body = (...chunks: Uint8Array[]) => ReadableStream.from(chunks);
const code = async (...args: Parameters<typeof readMessage>) =>
  (await assertRejects(() => readMessage(...args), GrpcError)).code;

function compressed(message: Uint8Array): Uint8Array {
  const frame = framed(gzipSync(message));
  frame[0] = 1;
  return frame;
}

Deno.test("a message comes as it went, in pieces or compressed", async () => {
  const message = Uint8Array.of(1, 2, 3);
  const frame = framed(message);
  assertEquals(await readMessage(body(frame.slice(0, 2), frame.slice(2)), null), message);
  const unpacked = await readMessage(body(compressed(message)), "gzip");
  assertEquals([...unpacked!], [...message]);
  assertEquals(await readMessage(body(framed(new Uint8Array())), null), new Uint8Array());
  assertEquals(await readMessage(null, null), null);
});

Deno.test("cut off, doubled, oversized and inflated bodies are refused", async () => {
  const frame = framed(Uint8Array.of(1, 2, 3));
  assertEquals(await code(body(frame.slice(0, 3)), null), 13);
  assertEquals(await code(body(frame.slice(0, 7)), null), 13);
  assertEquals(await code(body(frame, frame), null), 13);
  assertEquals(await code(body(framed(new Uint8Array(MAX_MESSAGE + 1))), null), 8);
  assertEquals(await code(body(compressed(new Uint8Array(MAX_MESSAGE + 1))), "gzip"), 8);
  assertEquals(await code(body(compressed(Uint8Array.of(1)).fill(9, 10)), "gzip"), 13);
  assertEquals(await code(body(compressed(Uint8Array.of(1))), "br"), 12);
});

Deno.test("deadlines in every unit", () => {
  const given = ["2H", "3M", "4S", "5m", "6000u", "7000000n", "123456789m", "1", "-1m", null];
  assertEquals(given.map(timeoutMs), [
    ...[7_200_000, 180_000, 4_000, 5, 6, 7],
    ...[null, null, null, null],
  ]);
});

Deno.test("a failure's message cannot add headers", () => {
  const { headers } = failure(new GrpcError(7, "no\r\nx-evil: 1 \ud800 ü"));
  assertEquals(headers.get("x-evil"), null);
  assertEquals(decodeURIComponent(headers.get("grpc-message")!), "no\r\nx-evil: 1 \ufffd ü");
});
