import { assertEquals } from "@std/assert";
import { TaskTokens } from "./task_tokens.ts";

const KEY = new Uint8Array(32).fill(1);
const TOKEN = new TextEncoder().encode("temporal's token");

Deno.test("a token works for the node it was handed to, also after a restart", () => {
  const wrapped = new TaskTokens(KEY).wrap("a", TOKEN);
  assertEquals(new TaskTokens(KEY).unwrap("a", wrapped), TOKEN);
});

Deno.test("another node's, a changed, a bare and an empty token are refused", () => {
  const tokens = new TaskTokens(KEY);
  const wrapped = tokens.wrap("a", TOKEN);
  assertEquals(tokens.unwrap("b", wrapped), null);
  assertEquals(tokens.unwrap("a", TOKEN), null);
  assertEquals(tokens.unwrap("a", new Uint8Array()), null);
  assertEquals(tokens.unwrap("a", wrapped.with(40, wrapped[40]! ^ 1)), null);
  assertEquals(new TaskTokens(KEY.with(0, 2)).unwrap("a", wrapped), null);
});
