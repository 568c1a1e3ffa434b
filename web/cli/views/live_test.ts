import { assertEquals } from "@std/assert";
import { clip } from "./live.ts";

Deno.test("a line is cut to the terminal's width without cutting its colours", () => {
  assertEquals(clip("\x1b[32m✓\x1b[0m detect and more", 8), "\x1b[32m✓\x1b[0m detec");
});
