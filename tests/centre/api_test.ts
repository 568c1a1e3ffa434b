import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { OPERATIONS } from "../../web/operations/mod.ts";
import * as shapes from "../../web/operations/shapes.ts";
import { Centre } from "./support/centre.ts";
import { TestNode } from "./support/node.ts";
import { until } from "./support/wait.ts";

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

Deno.test("bad requests are told apart, name their place, and change nothing", async (t) => {
  await using centre = await Centre.start();
  const start = (body: unknown, headers = {}) =>
    centre.ask("POST", "/api/v1/runs", { body, headers });

  await t.step("unknown things come with what there is", async () => {
    const runbook = await start({ runbook: "near-om" });
    assertEquals([runbook.status, runbook.body.code], [404, "not_found"]);
    assertMatch(runbook.body.hint, /near-oom/);
    const node = await start({ runbook: "near-oom", node: "locale" });
    assertEquals([node.status, node.body.code], [404, "not_found"]);
    assertMatch(node.body.hint, /local/);
    const parameter = await start({ runbook: "near-oom", params: { scop: "node" } });
    assertEquals([parameter.status, parameter.body.code], [400, "invalid_argument"]);
    assertMatch(parameter.body.hint, /scope/);
    assertEquals(parameter.body.fields[0].path, "params.scop");
    assertEquals((await centre.ask("GET", "/api/v1/runs/nothing")).status, 404);
    assertEquals((await centre.ask("GET", "/api/v1/runs/nothing/events")).status, 404);
    assertEquals(
      (await centre.ask("POST", "/api/v1/runs/nothing/cancel", { body: {} })).status,
      404,
    );
    assertEquals((await centre.ask("GET", "/api/v1/nodes/nothing")).status, 404);
  });

  await t.step("fields that do not fit are named", async () => {
    const unknown = await start({ runbook: "near-oom", nodes: ["local"] });
    assertEquals(unknown.status, 400);
    assertMatch(unknown.body.detail, /nodes/);
    const kind = await start({ runbook: 7, dryRun: "yes" });
    assertEquals(
      kind.body.fields.map((field: { path: string }) => field.path).sort(),
      ["dryRun", "runbook"],
    );
    const query = await centre.ask("GET", "/api/v1/runs?limit=many&colour=red");
    assertEquals(query.status, 400);
    assertEquals((await centre.ask("GET", "/api/v1/runs?limit=0")).status, 400);
    assertEquals((await centre.ask("GET", "/api/v1/runs?status=done")).status, 400);
    assertEquals((await centre.ask("GET", "/api/v1/runs?limit=1&limit=2")).status, 400);
  });

  await t.step("what is no JSON object is refused", async () => {
    const json = { "content-type": "application/json" };
    for (const body of ["{", "[]", "null", "7", "\u0000"]) {
      assertEquals((await start(body, json)).status, 400, body);
    }
    assertEquals(
      (await start("runbook=near-oom", {
        "content-type": "application/x-www-form-urlencoded",
      })).status,
      400,
    );
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const nested = `{"runbook":"near-oom","params":{"scope":${deep}}}`;
    assertEquals((await start(nested, json)).status, 400);
  });

  await t.step("names that every object has are unknown parameters like others", async () => {
    const json = { "content-type": "application/json" };
    for (const name of ["__proto__", "__prot\\u006f__", "constructor", "prototype", "toString"]) {
      const body = `{"runbook":"near-oom","dryRun":true,"params":{"${name}":{"scope":"node"}}}`;
      const answer = await start(body, json);
      assertEquals([answer.status, answer.body.code], [400, "invalid_argument"], name);
      assertMatch(answer.text, /unknown/, name);
    }
  });

  await t.step("too large is 413", async () => {
    const big = JSON.stringify({ runbook: "x".repeat(1024 * 1024) });
    const json = { "content-type": "application/json" };
    assertEquals((await start(big, json)).status, 413);
    const source = await centre.ask("POST", "/api/v1/runbooks/validate", {
      body: { source: `name: x\n#${"x".repeat(256 * 1024)}` },
    });
    assertEquals([source.status, source.body.code], [413, "too_large"]);
  });

  await t.step("a runbook's problems have line and column", async () => {
    const checked = await centre.ask("POST", "/api/v1/runbooks/validate", {
      body: { source: "name: x\nrisk: observe\nsteps:\n  - id: a\n    uses: memory.detekt\n" },
    });
    assertEquals([checked.status, checked.body.ok], [200, false]);
    assertEquals(checked.body.problems[0].line, 5);
    shapes.Validation.parse(checked.body);
  });

  await t.step("no input makes it fail by itself", async () => {
    const values = [null, -1, 1e308, "", "\u0000", "../..", "a".repeat(5000), [], {}, true, "💥"];
    const seeds = values.map((value) => encodeURIComponent(String(value)));
    for (const [name, { method, path, input }] of Object.entries(OPERATIONS)) {
      for (const [index, value] of values.entries()) {
        const filled = path.replace(/\{\w+\}/g, seeds[index]!.slice(0, 300) || "x");
        const fields = Object.fromEntries(Object.keys(input.shape).map((key) => [key, value]));
        const query = new URLSearchParams(
          Object.entries(fields).map(([key, field]) => [key, String(field).slice(0, 300)]),
        );
        const answer = method === "GET"
          ? await centre.ask(method, `${filled}?${query}`, { role: "admin" })
          : await centre.ask(method, filled, { role: "admin", body: fields });
        assert(answer.status < 500, `${name} with ${JSON.stringify(value)}: ${answer.text}`);
        if (answer.status >= 400) shapes.ProblemDetails.parse(answer.body);
      }
    }
    const token = centre.credentials().token;
    for (const value of values) {
      for (const path of ["heartbeat", "events", "permits/check"]) {
        const answer = await centre.ask("POST", `/node/v1/${path}`, {
          token,
          body: { memory: value, events: value, hostname: value, permit: value },
        });
        assert(answer.status < 500, answer.text);
      }
    }
  });

  assertEquals((await centre.ask("GET", "/api/v1/runs")).body.items, []);
});

Deno.test("starting twice", async (t) => {
  await using centre = await Centre.start();
  await using _node = await TestNode.start(centre);
  const start = (body: Record<string, unknown>, headers = {}) =>
    centre.ask("POST", "/api/v1/runs", {
      body: { runbook: "near-oom", dryRun: true, ...body },
      headers,
    });

  await t.step("with one key, also at once and by header, is one run", async () => {
    const answers = await Promise.all([
      start({ idempotencyKey: "k1" }),
      start({ idempotencyKey: "k1" }),
      start({}, { "idempotency-key": "k1" }),
      start({ idempotencyKey: "k1" }),
    ]);
    assertEquals(answers.map((answer) => answer.status).sort(), [200, 200, 200, 201]);
    assertEquals(new Set(answers.map((answer) => answer.body.id)).size, 1);
    const joined = answers.filter((answer) => answer.body.joined);
    assertEquals(joined.length, 3);
    OPERATIONS["run.start"].output.parse(joined[0]!.body);
  });

  await t.step("with that key and something else asked is a conflict", async () => {
    const other = await start({ idempotencyKey: "k1", dryRun: false });
    assertEquals([other.status, other.body.code], [409, "conflict"]);
  });

  await t.step("without a key makes runs that page newest first", async () => {
    for (let i = 0; i < 3; i++) assertEquals((await start({})).status, 201);
    const first = (await centre.ask("GET", "/api/v1/runs?limit=3")).body;
    OPERATIONS["run.list"].output.parse(first);
    const second =
      (await centre.ask("GET", `/api/v1/runs?limit=3&cursor=${first.nextCursor}`)).body;
    const ids = [...first.items, ...second.items].map((run: { id: string }) => run.id);
    assertEquals(ids, [...ids].sort().reverse());
    assertEquals([ids.length, second.nextCursor], [4, undefined]);
  });

  await t.step("a key is its owner's: another person's same key is another run", async () => {
    const admin = await centre.ask("POST", "/api/v1/runs", {
      role: "admin",
      body: { runbook: "near-oom", dryRun: true, idempotencyKey: "k1" },
    });
    assertEquals(admin.status, 201);
  });
});

Deno.test("artifacts arrive in pieces, are checked, and leave as harmless downloads", async () => {
  await using centre = await Centre.start();
  const token = centre.credentials().token;
  const content = new TextEncoder().encode("<script>alert(1)</script>".repeat(1000));
  const sha256 = hashOf(content);
  const put = (bytes: Uint8Array, offset: number, size = content.length, hash = sha256) =>
    centre.ask("PUT", `/node/v1/artifacts/${hash}?offset=${offset}&size=${size}&kind=x&run=r`, {
      token,
      body: bytes,
      headers: { "content-type": "application/octet-stream" },
    });
  assertEquals((await put(content.slice(0, 9000), 0)).body, { offset: 9000, complete: false });
  assertEquals((await put(content.slice(0, 10), 0)).status, 503);
  await centre.kill();
  await centre.start();
  const state = await centre.ask("GET", `/node/v1/artifacts/${sha256}`, { token });
  assertEquals(state.body, { offset: 9000, complete: false });
  assertEquals((await centre.ask("GET", `/api/v1/artifacts/${sha256}`)).status, 404);
  assertEquals((await put(content.slice(9000), 9000)).body.complete, true);

  const got = await centre.ask("GET", `/api/v1/artifacts/${sha256}`);
  assertEquals(got.text, new TextDecoder().decode(content));
  assertMatch(got.headers.get("content-disposition")!, /^attachment; filename="/);
  assertEquals(got.headers.get("content-type"), "application/octet-stream");
  assertMatch(got.headers.get("content-security-policy")!, /sandbox/);

  const nothing = hashOf(new Uint8Array());
  assertEquals((await put(new Uint8Array(), 0, 0, nothing)).body, { offset: 0, complete: true });
  const empty = await centre.ask("GET", `/api/v1/artifacts/${nothing}`);
  assertEquals([empty.status, empty.text, empty.headers.get("content-length")], [200, "", "0"]);

  const wrong = await put(new Uint8Array(10), 0, 10, hashOf(Uint8Array.of(1)));
  assertEquals(wrong.status, 400);
  assertEquals((await put(content, 0, 300 * 1024 * 1024)).status, 413);
  assertEquals(
    (await put(new Uint8Array(9 * 1024 * 1024), 0, 10 * 1024 * 1024, hashOf(Uint8Array.of(2))))
      .status,
    413,
  );
  assertEquals((await put(content, 0, content.length, "../../x")).status, 404);
});

Deno.test("a node tells why its guard and its collector are silent, until they answer", async () => {
  await using centre = await Centre.start();
  const token = centre.credentials().token;
  const beat = async (facts: object) => {
    const { status } = await centre.ask("POST", "/node/v1/heartbeat", { token, body: facts });
    assertEquals(status, 200);
    return (await centre.ask("GET", "/api/v1/nodes/local")).body;
  };
  const reasons = { guardReason: "its socket does not exist", collectorReason: "lost it" };
  const silent = await beat({ guard: null, collector: null, ...reasons });
  assertEquals([silent.guard, silent.guardReason], [null, reasons.guardReason]);
  assertEquals([silent.collector, silent.collectorReason], [null, reasons.collectorReason]);
  const guard = { mode: "observe", version: "1", policyHash: "h", rssBytes: 1 };
  const back = await beat({ guard, collector: null });
  assertEquals([back.guard.mode, "guardReason" in back], ["observe", false]);
});

Deno.test("a guard's intervention is kept once and stands in the audit", async () => {
  await using centre = await Centre.start();
  const token = centre.credentials().token;
  const at = new Date().toISOString();
  const events = [
    { kind: "intervention", id: "i1", at, data: { level: "critical" } },
    { kind: "level", id: "l1", at, data: { level: "ok" } },
  ];
  const post = () => centre.ask("POST", "/node/v1/events", { token, body: { events } });
  assertEquals((await post()).body, { ok: true, added: 1 });
  assertEquals((await post()).body, { ok: true, added: 0 });
  const { items } = (await centre.ask("GET", "/api/v1/audit?action=guard.intervention", {
    role: "admin",
  })).body;
  assertEquals(items.map((row: { actor: unknown }) => row.actor), [{
    kind: "node",
    name: "local",
  }]);
});

Deno.test("what a node tells in a day is bounded, and the audit says so once", async () => {
  await using centre = await Centre.start();
  const token = centre.credentials().token;
  const at = new Date().toISOString();
  const level = { kind: "level", at, data: { level: "ok" } };
  const post = (events: unknown[]) =>
    centre.ask("POST", "/node/v1/events", { token, body: { events } });
  let sent = 0;
  let status = 200;
  while (status === 200 && sent < 20_000) {
    const batch = Array.from({ length: 200 }, (_, i) => ({ ...level, id: `l${sent + i}` }));
    const answer = await post(batch);
    status = answer.status;
    if (status === 200) sent += batch.length;
    else assertEquals([status, answer.body.code], [429, "rate_limited"]);
  }
  assertEquals([sent, status], [10_000, 429]);
  assertEquals((await post([{ ...level, kind: "intervention", id: "late" }])).status, 429);
  const { items } = (await centre.ask("GET", "/api/v1/audit?action=node.events", {
    role: "admin",
  })).body;
  assertEquals(items.map((row: { outcome: string }) => row.outcome), ["refused"]);
  const beat = await centre.ask("POST", "/node/v1/heartbeat", { token, body: {} });
  assertEquals(beat.status, 200, "it is alive all the same");
});

Deno.test("a sender that trickles its body does not hold the others up", async () => {
  await using centre = await Centre.start();
  const { port } = new URL(centre.url);
  const slow = await Promise.all(Array.from({ length: 50 }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(new TextEncoder().encode(
      `POST /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${
        centre.token("operator")
      }\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    ));
    return connection;
  }));
  const began = performance.now();
  await until(
    "others are answered",
    async () => (await centre.ask("GET", "/api/v1/runs")).status === 200,
  );
  assert(performance.now() - began < 10_000);
  for (const connection of slow) connection.close();
});
