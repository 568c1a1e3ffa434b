import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EXIT, LaunchError } from "../errors.ts";
import { requireReachable } from "./temporal_address.ts";

Deno.test("an address that answers is accepted", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  await requireReachable(`127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
  (await accepted).close();
});

Deno.test("an address where nobody listens exits with code 5 and names itself", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  listener.close();
  const error = await assertRejects(() => requireReachable(address), LaunchError);
  assertEquals(error.exitCode, EXIT.unreachable);
  assertStringIncludes(error.message, `cannot reach Temporal at ${address} (TEMPORAL_ADDRESS)`);
});

Deno.test("what is no address is wrong use", async () => {
  for (const address of ["temporal", "http://host", "host:", ":7233"]) {
    const error = await assertRejects(() => requireReachable(address), LaunchError);
    assertEquals(error.exitCode, EXIT.usage, address);
  }
});
