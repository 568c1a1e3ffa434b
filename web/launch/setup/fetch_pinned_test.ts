import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { EXIT, LaunchError } from "../errors.ts";
import { fetchPinned } from "./fetch_pinned.ts";

const BODY = "the real thing";
const SHA256 = createHash("sha256").update(BODY).digest("hex");

async function serve(fn: (url: string, dir: string) => Promise<void>) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      new URL(request.url).pathname === "/file"
        ? new Response(BODY)
        : new Response("no", { status: 404 }),
  );
  const dir = await Deno.makeTempDir();
  try {
    await fn(`http://127.0.0.1:${server.addr.port}`, dir);
  } finally {
    await server.shutdown();
    await Deno.remove(dir, { recursive: true });
  }
}

const names = (dir: string) => [...Deno.readDirSync(dir)].map((entry) => entry.name);

Deno.test("the pinned content arrives whole", () =>
  serve(async (url, dir) => {
    const to = join(dir, "file");
    await fetchPinned({ url: `${url}/file`, sha256: SHA256, to, what: "a file" });
    assertEquals(await Deno.readTextFile(to), BODY);
    assertEquals(names(dir), ["file"]);
  }));

Deno.test("any other content is refused and leaves nothing behind", () =>
  serve(async (url, dir) => {
    const download = { url: `${url}/file`, sha256: "0".repeat(64), to: join(dir, "file") };
    const error = await assertRejects(
      () => fetchPinned({ ...download, what: "a file" }),
      LaunchError,
    );
    assertStringIncludes(error.message, "wrong hash: a file");
    assertStringIncludes(error.message, SHA256);
    assertEquals(names(dir), []);
  }));

Deno.test("an answer that is no file, and nobody to answer, exit with code 5", () =>
  serve(async (url, dir) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    for (const from of [`${url}/other`, `http://127.0.0.1:${port}/silent`]) {
      const error = await assertRejects(
        () =>
          fetchPinned({
            url: from,
            sha256: SHA256,
            to: join(dir, "file"),
            what: "a file",
            connectTimeoutMs: 200,
          }),
        LaunchError,
      );
      assertEquals(error.exitCode, EXIT.unreachable);
      assertEquals(names(dir), []);
    }
  }));
