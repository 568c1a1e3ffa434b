import { assert, assertEquals, assertMatch } from "@std/assert";
import { OPERATIONS, RAW_ROUTES, type Role } from "../../web/operations/mod.ts";
import { Centre, type PersonRole } from "./support/centre.ts";
import { until } from "./support/wait.ts";

const TABLE = [...Object.values(OPERATIONS), ...Object.values(RAW_ROUTES)];
const RANK: Role[] = ["none", "viewer", "operator", "admin"];

const fill = (path: string) => path.replace(/\{\w+\}/g, "x").replace("*", "runs/x");

const send = (centre: Centre, method: string, path: string, token?: string) =>
  centre.ask(method, fill(path), {
    role: null,
    ...(token === undefined ? {} : { token }),
    ...(method === "GET" ? {} : { body: {} }),
  });

Deno.test("the API's doors", async (t) => {
  await using centre = await Centre.start();
  const nodeToken = centre.credentials().token;
  await Deno.mkdir(`${centre.dataDir}/ui`);
  await Deno.writeTextFile(`${centre.dataDir}/ui/index.html`, "<!doctype html>console");
  await Deno.writeTextFile(`${centre.dataDir}/ui/app-3WW54JEC.js`, "// app");
  await Deno.symlink(`${centre.dataDir}/tokens/admin`, `${centre.dataDir}/ui/leak.js`);

  await t.step("without a token everything but health is 401", async () => {
    for (const { method, path } of TABLE) {
      const { status, text } = await send(centre, method, path);
      if (path === "/healthz") assertEquals(status, 200);
      // A form that no page of ours sent is refused before its token is looked at.
      else if (method === "POST" && path === "/signin") assertEquals(status, 403);
      else assertEquals(status, 401, `${method} ${path}: ${text}`);
    }
    for (const path of ["/", "/nothing", "/api/v1/nothing", "/node/v1/x", "/../etc/passwd"]) {
      for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        assertEquals((await send(centre, method, path)).status, 401, `${method} ${path}`);
      }
    }
  });

  await t.step("role by role, every route", async () => {
    for (const { method, path, role } of TABLE.filter((route) => route.role !== "none")) {
      for (const person of ["viewer", "operator", "admin"] as PersonRole[]) {
        const { status } = await streamless(centre, method, path, centre.token(person));
        const may = role !== "node" && RANK.indexOf(person) >= RANK.indexOf(role);
        assertEquals(status === 403, !may, `${person}: ${method} ${path} → ${status}`);
        assert(status !== 401);
      }
      const { status } = await streamless(centre, method, path, nodeToken);
      assertEquals(status === 403, role !== "node", `node: ${method} ${path} → ${status}`);
    }
  });

  await t.step("for the signed-in, what is not declared is 404", async () => {
    for (const path of ["/api/v1/nothing", "/api/v2/runs", "/node/v1/nothing", "/healthz/x"]) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const { status } = await send(centre, method, path, centre.token("admin"));
        assertEquals(status, 404, `${method} ${path}`);
      }
    }
  });

  await t.step(
    "a sign-in link works once and gives a session that changes only from our pages",
    async () => {
      const link = await centre.ask("POST", "/api/v1/signin-links", { role: "admin", body: {} });
      assertEquals(link.status, 201);
      const path = link.body.url.slice(centre.url.length);
      const first = await centre.ask("GET", path, { role: null });
      assertEquals([first.status, first.headers.get("location")], [303, "/"]);
      const cookie = first.headers.get("set-cookie")!;
      assertMatch(
        cookie,
        /^pitcrew_session=ps_[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=/,
      );
      assertEquals((await centre.ask("GET", path, { role: null })).status, 401);
      assertEquals((await centre.ask("GET", "/signin?code=x", { role: null })).status, 401);

      const headers = { cookie: cookie.split(";")[0]! };
      const ask = (method: string, path: string, more = {}) =>
        centre.ask(method, path, {
          role: null,
          headers: { ...headers, ...more },
          ...(method === "GET" ? {} : { body: {} }),
        });
      assertEquals((await ask("GET", "/api/v1/session")).body, { name: "admin", role: "admin" });
      assertEquals((await ask("GET", "/")).text, "<!doctype html>console");
      assertEquals((await ask("POST", "/api/v1/signin-links")).status, 403);
      const crossSite = { "sec-fetch-site": "cross-site", origin: "http://evil.example" };
      assertEquals((await ask("POST", "/api/v1/signin-links", crossSite)).status, 403);
      const ours = { "sec-fetch-site": "same-origin", origin: centre.url };
      assertEquals((await ask("POST", "/api/v1/signin-links", ours)).status, 201);
      assertEquals((await ask("POST", "/api/v1/sign-out", ours)).status, 200);
      assertEquals((await ask("GET", "/api/v1/session")).status, 401);
    },
  );

  await t.step("a token signs in by the form, a wrong one and a node's do not", async () => {
    const form = (token: string) =>
      centre.ask("POST", "/signin", {
        role: null,
        body: new URLSearchParams({ token }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded", origin: centre.url },
      });
    assertEquals((await form(centre.token("viewer"))).status, 303);
    assertEquals((await form("pc_admin_wrong")).status, 401);
    assertEquals((await form(nodeToken)).status, 401);
  });

  await t.step("another host name is refused: DNS rebinding", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example"]) {
      assertEquals(await statusWithHost(centre, host), 403);
    }
    assertEquals(await statusWithHost(centre, "localhost:1"), 200);
  });

  await t.step("the sign-in page names a command that exists", async () => {
    const { status, text } = await centre.ask("GET", "/signin", { role: null });
    assertEquals(status, 401);
    const [, command] = /deno task pitcrew ([\w -]+)</.exec(text)!;
    const help = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "web/cli/main.ts", ...command!.split(" "), "--help"],
    }).output();
    assertEquals(help.code, 0, new TextDecoder().decode(help.stderr));
  });

  await t.step("an address with any name in it opens the page again", async () => {
    for (const path of ["/runbooks/near%20oom", "/history/a%2Fb", "/runs/100%25", "/runs/%C3%A4"]) {
      const { status, text, headers } = await centre.ask("GET", path);
      assertEquals([status, text], [200, "<!doctype html>console"], path);
      assertEquals(headers.get("cache-control"), "no-store");
    }
    for (const path of ["/runs/%E0%A4%A", "/%61pi/v1/nothing", "/no%64e/v1/x"]) {
      assertEquals((await centre.ask("GET", path, { role: "viewer" })).status, 404, path);
    }
  });

  await t.step("what is named by its content is kept by the browser, and by no proxy", async () => {
    const { text, headers } = await centre.ask("GET", "/app-3WW54JEC.js");
    assertEquals(text, "// app");
    assertEquals(headers.get("cache-control"), "private, max-age=31536000, immutable");
  });

  await t.step("no path leads out of the console's folder", async () => {
    const token = centre.token("admin");
    for (
      const path of [
        "/..%2f..%2ftokens/admin",
        "/%2e%2e/tokens/admin",
        "/assets/..%5c..%5ctokens",
        "/leak.js",
        "/x.js",
        "/index.html%00.js",
        "/api/v1/artifacts/..%2f..%2fkeys%2fgateway.key",
        "/api/v1/artifacts/%2e%2e",
      ]
    ) {
      const { status, text } = await centre.ask("GET", path, { token });
      assert(status === 404 || text === "<!doctype html>console", `${path} → ${status}`);
      assert(!text.includes("pc_admin"), path);
    }
  });

  await t.step("every answer carries the security headers", async () => {
    for (
      const [path, role] of [["/", "admin"], ["/api/v1/runs", "viewer"], ["/signin", null]] as const
    ) {
      const { headers } = await centre.ask("GET", path, { role });
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      const policy = headers.get("content-security-policy")!;
      assert(policy.includes("frame-ancestors 'none'") && !policy.includes("unsafe"), policy);
    }
    const api = await centre.ask("GET", "/api/v1/runs");
    assertEquals(api.headers.get("cache-control"), "no-store");
    assertEquals(api.headers.get("access-control-allow-origin"), null);
  });

  await t.step("denials stand in the audit", async () => {
    const { items } = (await centre.ask("GET", "/api/v1/audit?action=access.denied", {
      role: "admin",
    })).body;
    assert(items.length > 0);
  });

  await t.step("guessing is slowed down, good tokens are not", async () => {
    await until(
      "guesses are refused unseen",
      async () =>
        (await centre.ask("GET", "/api/v1/runs", { token: "pc_admin_guess" })).status === 429,
    );
    assertEquals((await centre.ask("GET", "/api/v1/runs")).status, 200);
  });

  await t.step("no secret is in the log, and the files are their owner's alone", () => {
    const log = centre.lines.join("\n");
    for (const secret of [nodeToken, centre.token("admin"), centre.token("viewer")]) {
      assert(!log.includes(secret));
    }
    const modes = [
      "tokens/admin",
      "centre/keys/gateway.key",
      "centre/pitcrew.db",
      "node/credentials.json",
    ]
      .map((file) => Deno.statSync(`${centre.dataDir}/${file}`).mode! & 0o777);
    assertEquals(modes, [0o600, 0o600, 0o600, 0o600]);
  });
});

/** Like `send`, but does not wait for the end of an event stream. */
async function streamless(centre: Centre, method: string, path: string, token: string) {
  const response = await fetch(centre.url + fill(path), {
    method,
    redirect: "manual",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  await response.body?.cancel();
  return response;
}

/** `fetch` sets the Host header itself. */
async function statusWithHost(centre: Centre, host: string): Promise<number> {
  const { port } = new URL(centre.url);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const request = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const text = await new Response(connection.readable).text();
  return Number(text.split(" ")[1]);
}
