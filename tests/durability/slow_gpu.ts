/**
 * A GPU helper that takes three seconds to say that there is no driver, so that a test can hit the
 * middle of the `gpu` step. The collector starts it in place of `pitcrew-gpu`.
 *
 * @module
 */
import { join } from "@std/path";

/** Writes the helper into a temporary directory; answers the environment that selects it. */
export async function SLOW_GPU(): Promise<Record<string, string>> {
  const path = join(await Deno.makeTempDir({ prefix: "pitcrew-gpu-" }), "pitcrew-gpu");
  await Deno.writeTextFile(
    path,
    `#!/bin/sh\nsleep 3\nprintf '%s' '{"available":false,"reason":"no NVIDIA driver","driverVersion":null,"devices":[]}'\n`,
  );
  await Deno.chmod(path, 0o755);
  return { PITCREW_GPU_HELPER: path };
}
