/** What the browser is sent. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { buildConsole } from "../../web/ui/build.ts";

Deno.test("the bundle is small, hashed by content and free of inline script", async () => {
  const dist = await Deno.makeTempDir({ prefix: "pitcrew-bundle-" });
  try {
    await Deno.writeTextFile(join(dist, "app-OLD.js"), "old");
    const first = await buildConsole({ dist });
    const second = await buildConsole({ dist });
    assertEquals(first.files, second.files);
    const names = Object.keys(first.files).sort();
    assertEquals(names.map((name) => name.replace(/-[A-Z0-9]{8}\./, "-HASH.")).sort(), [
      "app-HASH.css",
      "app-HASH.js",
      "icon-HASH.svg",
      "index.html",
    ]);
    const onDisk = [...Deno.readDirSync(dist)].map((entry) => entry.name).sort();
    assertEquals(onDisk, names);

    const script = first.files[names.find((name) => name.endsWith(".js"))!]!;
    assert(script <= 100 * 1024, `first load is ${script} bytes of script`);
    const html = await Deno.readTextFile(join(dist, "index.html"));
    assert(!/<script(?![^>]*\ssrc=)/.test(html) && !/<style|\son\w+=|\sstyle=/.test(html));
    assert(!html.includes("{{"));
  } finally {
    await Deno.remove(dist, { recursive: true });
  }
});
