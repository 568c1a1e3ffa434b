import { assert, assertEquals } from "@std/assert";
import { OPERATIONS, RAW_ROUTES } from "../operations/mod.ts";
import { openApi } from "../operations/openapi.ts";
import { honoPath } from "./api.ts";
import { createApi } from "./mod.ts";
import { DayQuota } from "./access/day_quota.ts";
import { isOurHost, isSameOrigin } from "./access/origin.ts";
import { mayUse } from "./access/principal.ts";
import { Throttle } from "./access/throttle.ts";

const TABLE = [...Object.values(OPERATIONS), ...Object.values(RAW_ROUTES)];

Deno.test("what is declared is routed, and nothing else", () => {
  const api = createApi({} as never, {} as never);
  const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  const declared = TABLE.map((route) => name({ ...route, path: honoPath(route.path) })).sort();
  assertEquals(api.routes.map(name).sort(), declared);
  assertEquals(new Set(declared).size, declared.length);
});

Deno.test("only health and the two ways to sign in are open to everybody", () => {
  const open = TABLE.filter((route) => route.role === "none");
  assertEquals(open.map(({ method, path }) => `${method} ${path}`).sort(), [
    "GET /healthz",
    "GET /signin",
    "POST /signin",
  ]);
});

Deno.test("roles: each rank may do what the lower ones may, nodes only what is theirs", () => {
  const person = (role: "viewer" | "operator" | "admin") =>
    ({ kind: "token", name: role, role, credential: "" }) as const;
  const node = { kind: "node", name: "local", role: "node", credential: "" } as const;
  const roles = ["none", "viewer", "operator", "admin", "node"] as const;
  const allowed = (who: Parameters<typeof mayUse>[0]) => roles.filter((role) => mayUse(who, role));
  assertEquals(allowed(null), ["none"]);
  assertEquals(allowed(person("viewer")), ["none", "viewer"]);
  assertEquals(allowed(person("operator")), ["none", "viewer", "operator"]);
  assertEquals(allowed(person("admin")), ["none", "viewer", "operator", "admin"]);
  assertEquals(allowed(node), ["none", "node"]);
});

Deno.test("hosts: loopback at any port and the public name, nothing that only looks like it", () => {
  for (const host of ["127.0.0.1:7420", "localhost", "[::1]:1", "LOCALHOST:80"]) {
    assert(isOurHost(host), host);
  }
  for (
    const host of [
      null,
      "evil.example",
      "127.0.0.1.evil.example",
      "localhost.evil:80",
      "127.0.0.1:80@evil",
    ]
  ) assert(!isOurHost(host), String(host));
  assert(isOurHost("pit.example:443", "pit.example:443"));
});

Deno.test("a browser's change must come from our own page", () => {
  const from = (headers: Record<string, string>) =>
    isSameOrigin(
      new Request("http://127.0.0.1:7420/x", { headers: { host: "127.0.0.1:7420", ...headers } }),
    );
  assert(from({ origin: "http://127.0.0.1:7420", "sec-fetch-site": "same-origin" }));
  assert(from({ origin: "http://127.0.0.1:7420" }));
  assert(from({ "sec-fetch-site": "same-origin" }));
  assert(!from({}));
  assert(!from({ origin: "null" }));
  assert(!from({ origin: "http://127.0.0.1:9999" }));
  assert(!from({ origin: "http://evil.example", "sec-fetch-site": "cross-site" }));
  assert(!from({ origin: "http://127.0.0.1:7420", "sec-fetch-site": "same-site" }));
});

Deno.test("the throttle empties and fills with time", () => {
  let now = 0;
  const throttle = new Throttle(2, 1, () => now);
  assertEquals([throttle.take(), throttle.take(), throttle.take()], [true, true, false]);
  now += 1000;
  assertEquals([throttle.take(), throttle.take()], [true, false]);
});

Deno.test("the description is OpenAPI 3.1 whose references all lead somewhere", () => {
  const document = openApi();
  assertEquals(document.openapi, "3.1.0");
  const { schemas } = document.components as { schemas: Record<string, unknown> };
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
  for (const [, name] of references) assert(schemas[name!] !== undefined, name);
  assert(schemas.Run && schemas.ProblemDetails && schemas.Json);
});

Deno.test("every operation's examples fit its own input", () => {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    for (const example of operation.examples) {
      const result = operation.input.safeParse(example.input);
      assert(result.success, `${name}: ${example.title}`);
    }
  }
});

Deno.test("what a node sends in a day is bounded, also when it finishes nothing", () => {
  let today = "2026-01-01";
  const quota = new DayQuota(10, () => today);
  assert(quota.take("a", 6) && !quota.take("a", 5) && quota.take("a", 4));
  assert(!quota.take("a", 1));
  assert(quota.take("b", 10), "another node has its own");
  today = "2026-01-02";
  assert(quota.take("a", 10) && !quota.take("a", 1));
});
