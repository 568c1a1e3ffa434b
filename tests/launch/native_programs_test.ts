import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { NATIVE_BIN } from "../../web/launch/paths.ts";

/** The shared libraries that a program names, without their versions. */
async function libraries(program: string): Promise<string[]> {
  const output = await new Deno.Command("readelf", {
    args: ["--dynamic", "--wide", join(NATIVE_BIN, program)],
  }).output();
  const text = new TextDecoder().decode(output.stdout);
  return [...text.matchAll(/\(NEEDED\).*\[([^\]]+?)\.so/g)].map((match) => match[1]!).sort();
}

Deno.test("the guard needs no library at all: it can be copied to any Linux", async () => {
  assertEquals(await libraries("pitcrew-guard"), []);
});

Deno.test("the collector needs no library but the C library and the compiler's own", async () => {
  const allowed = ["ld-linux-x86-64", "ld-linux-aarch64", "libc", "libgcc_s", "libm", "libpthread"];
  const needed = await libraries("pitcrew-collector");
  assertEquals(needed.filter((name) => !allowed.includes(name)), []);
});
