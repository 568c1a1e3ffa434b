import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CentreError } from "./client.ts";
import { CredentialsFile, parseCredentials } from "./credentials.ts";
import { heartbeats } from "./heartbeat.ts";
import { serveCentre } from "./testing.ts";

const CREDENTIALS = {
  nodeId: "local",
  token: "pn_x",
  controlPlaneUrl: "http://127.0.0.1:1",
  gatewayAddress: "127.0.0.1:2",
  namespace: "default",
  permitPublicKey: "pem",
};

Deno.test("credentials are waited for, and read again when the file changes", async () => {
  const dir = await Deno.makeTempDir();
  const file = new CredentialsFile(`${dir}/credentials.json`, 10);
  const stop = new AbortController();
  const watching = file.watch(stop.signal);
  const write = (text: string) => Deno.writeTextFile(`${dir}/credentials.json`, text);

  const first = file.current;
  await write("{ half");
  await write(JSON.stringify(CREDENTIALS));
  assertEquals(await first, CREDENTIALS);

  const next = file.nextChange;
  await write(JSON.stringify({ ...CREDENTIALS, token: "pn_y" }));
  assertEquals((await next).token, "pn_y");
  assertEquals((await file.current).token, "pn_y");
  stop.abort();
  await watching;
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a missing field of the credentials is named", () => {
  const { token: _, ...rest } = CREDENTIALS;
  assertThrows(() => parseCredentials(JSON.stringify(rest)), Error, "field token is missing");
});

Deno.test("heartbeats carry token and facts, and outlive a control plane that is away", async () => {
  const seen: unknown[] = [];
  const twice = Promise.withResolvers<void>();
  let away = true;
  await using centre = serveCentre(async (request) => {
    assertEquals(new URL(request.url).pathname, "/node/v1/heartbeat");
    assertEquals(request.headers.get("authorization"), "Bearer pn_test");
    seen.push(await request.json());
    if (seen.length >= 3) twice.resolve();
    return away ? (away = false, new Response("", { status: 500 })) : Response.json({ ok: true });
  });
  const stop = new AbortController();
  const running = heartbeats(
    centre.client,
    () => Promise.resolve({ hostname: "h" }),
    stop.signal,
    20,
  );
  await twice.promise;
  stop.abort();
  await running;
  assertEquals(seen[0], { hostname: "h" });
});

Deno.test("a refusal says why, and whether trying again may help", async () => {
  await using centre = serveCentre(() => Response.json({ detail: "token" }, { status: 401 }));
  const error = await assertRejects(() => centre.client.heartbeat({}), CentreError);
  assert(error.message.includes("401: token"), error.message);
  assertEquals(error.transient, false);
});
