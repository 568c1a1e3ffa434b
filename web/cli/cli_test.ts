/**
 * The CLI as people meet it: the real program, its exit codes, its words.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";

const MAIN = fromFileUrl(new URL("./main.ts", import.meta.url));
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));

interface Ended {
  code: number;
  out: string;
  err: string;
}

async function pitcrew(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", CONFIG, MAIN, ...args],
    env: { PITCREW_URL: "", PITCREW_TOKEN: "", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** A control plane that answers `routes`, `METHOD path` → answer; everything else is 404. */
function controlPlane(routes: Record<string, (request: Request) => Response | Promise<Response>>) {
  const seen: { route: string; token: string | null; body: unknown }[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const url = new URL(request.url);
      const route = `${request.method} ${url.pathname}`;
      const text = await request.clone().text();
      seen.push({
        route,
        token: request.headers.get("authorization"),
        body: text ? JSON.parse(text) : undefined,
      });
      const answer = routes[route];
      if (answer) return await answer(request);
      return Response.json({ code: "not_found", detail: "there is no such thing" }, {
        status: 404,
      });
    },
  );
  return {
    seen,
    env: { PITCREW_URL: `http://127.0.0.1:${server.addr.port}`, PITCREW_TOKEN: "pc_test" },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const RUNBOOK = {
  name: "near-oom",
  title: "Relieve",
  description: "",
  risk: "disruptive",
  hash: "0".repeat(64),
  steps: 1,
  source: "name: near-oom\n",
  parameters: {
    type: "object",
    properties: {
      scope: { type: "string" },
      profileSeconds: { type: "integer" },
      ready: { type: "boolean" },
    },
    required: [],
    additionalProperties: false,
  },
};
const NODE = { id: "local", status: "online", hostname: "h" };
const RUN = {
  id: "01jd4w9yq2m7r8s5t6v7w8x9y0",
  runbook: "near-oom",
  runbookHash: "0".repeat(64),
  planHash: "0".repeat(64),
  node: "local",
  status: "running",
  dryRun: false,
  params: {},
  trigger: { kind: "manual", by: "operator" },
  startedAt: "2026-11-23T10:00:00.000Z",
  endedAt: null,
  progress: { done: 0, total: 1 },
  steps: [{
    id: "detect",
    path: "detect",
    title: "Detect",
    uses: "memory.detect",
    status: "running",
    attempt: 1,
    startedAt: "2026-11-23T10:00:00.000Z",
    endedAt: null,
    artifacts: [],
  }],
};
const ENDED = {
  ...RUN,
  status: "completed",
  endedAt: "2026-11-23T10:00:03.000Z",
  steps: [{
    ...RUN.steps[0],
    status: "completed",
    endedAt: "2026-11-23T10:00:03.000Z",
    summary: "evil \x1b[31mred\x1b]0;title\x07 text",
  }],
};

const RUNBOOK_ROUTES = {
  "GET /api/v1/runbooks": () => Response.json({ items: [RUNBOOK] }),
  "GET /api/v1/runbooks/near-oom": () => Response.json(RUNBOOK),
  "GET /api/v1/nodes": () => Response.json({ items: [NODE] }),
};

const events = (...runs: unknown[]) => () =>
  new Response(
    runs.map((run, at) => `id: ${at + 1}\nevent: run\ndata: ${JSON.stringify(run)}\n\n`).join(""),
    { headers: { "content-type": "text/event-stream" } },
  );

Deno.test("help names every command, and each has its own with an example", async () => {
  const { code, out } = await pitcrew([]);
  assertEquals(code, 0);
  for (
    const command of [
      ...["runbook list", "runbook show NAME", "runbook validate FILE", "runbook plan NAME"],
      ...["run start NAME", "run list", "run show ID", "run follow ID", "run cancel ID"],
      ...["run report ID", "node list", "node show", "artifact get SHA256", "memory victims"],
      ...["audit list", "audit verify", "demo near-oom", "health", "login-link"],
    ]
  ) assertStringIncludes(out, command);
  const start = await pitcrew(["run", "start", "--help"]);
  assertEquals(start.code, 0);
  assertMatch(start.out, /--param K=V.*\n(.*\n)*Examples:\n {2}pitcrew run start/);
  assertStringIncludes((await pitcrew(["help", "run", "list"])).out, "--status STATUS");
});

Deno.test("wrong use is exit 2 with the nearest right word", async () => {
  const cases: [string[], RegExp][] = [
    [["rum", "list"], /no command is called "rum"\nhint: did you mean `run`\?/],
    [["rnu", "list"], /no command is called "rnu"\nhint: did you mean `run`\?/],
    [["run", "strat"], /"run" has no command "strat"\nhint: did you mean `start`\?/],
    [["run", "stat"], /"run" has no command "stat"\nhint: did you mean `start`\?/],
    [["run", "start"], /NAME is missing/],
    [["run", "start", "x", "--parm", "a=1"], /unknown option --parm\nhint: did you mean `--param`/],
    [["run", "list", "--limit", "many"], /--limit needs a whole number, not "many"/],
    [["run", "list", "--limit", "0"], /--limit must be 1 or more/],
    [["run", "list", "--status", "done"], /one of: running, waiting/],
    [["run", "list", "-o", "xml"], /one of: table, json/],
    [["run", "list", "extra"], /"extra" is one word too many/],
    [["health", "--data-dir"], /--data-dir needs a value/],
    [["artifact", "get", "abc"], /is no sha256/],
  ];
  for (const [args, expected] of cases) {
    const { code, out, err } = await pitcrew(args);
    assertEquals(code, 2, `${args.join(" ")}: ${err}`);
    assertMatch(err, expected);
    assertEquals(out, "", "nothing but answers on stdout");
  }
});

Deno.test("validate works offline and prints file:line:column", async () => {
  const dir = await Deno.makeTempDir();
  const bad = `${dir}/bad.yaml`;
  await Deno.writeTextFile(bad, "name: x\nsteps:\n  - id: a\n    uses: memory.detekt\n");
  const { code, out } = await pitcrew(["runbook", "validate", bad]);
  assertEquals(code, 1);
  assertMatch(out, /bad\.yaml:4:\d+: .*memory\.detekt/);
  assertMatch(out, /did you mean/);

  const asJson = await pitcrew(["runbook", "validate", bad, "-o", "json"]);
  const { ok, problems } = JSON.parse(asJson.out);
  assertEquals([asJson.code, ok], [1, false]);
  assert(problems.some((problem: { line: number }) => problem.line === 4));

  const library = fromFileUrl(
    new URL("../../runbooks/library/near-oom/runbook.yaml", import.meta.url),
  );
  const good = await pitcrew(["runbook", "validate", library]);
  assertEquals(good.code, 0, good.out);
  assertEquals((await pitcrew(["runbook", "validate", `${dir}/none.yaml`])).code, 3);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("no installation is exit 5 and says how to start one", async () => {
  const dir = await Deno.makeTempDir();
  const none = await pitcrew(["node", "list", "--data-dir", dir]);
  assertEquals(none.code, 5);
  assertMatch(none.err, /no installation runs on .*\nhint: start one with `deno task start`/);
  const dead = await pitcrew(["node", "list"], {
    PITCREW_URL: "http://127.0.0.1:9",
    PITCREW_TOKEN: "x",
  });
  assertEquals(dead.code, 5);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a local token never goes to another address", async () => {
  const { code, err } = await pitcrew(["node", "list"], { PITCREW_URL: "http://127.0.0.1:9" });
  assertEquals(code, 2);
  assertMatch(err, /PITCREW_TOKEN is not/);
});

Deno.test("the data directory gives address and token, the admin's only where needed", async () => {
  await using centre = controlPlane({
    "GET /api/v1/nodes": () => Response.json({ items: [] }),
    "GET /api/v1/audit/verify": () =>
      Response.json({ rows: 3, ok: false, firstBadRow: 2, heads: 1 }),
  });
  const dir = await Deno.makeTempDir();
  await Deno.mkdir(`${dir}/tokens`);
  await Deno.writeTextFile(`${dir}/state.json`, JSON.stringify({ url: centre.env.PITCREW_URL }));
  await Deno.writeTextFile(`${dir}/tokens/operator`, "pc_operator\n");
  await Deno.writeTextFile(`${dir}/tokens/admin`, "pc_admin\n");
  assertEquals((await pitcrew(["node", "list", "--data-dir", dir])).code, 0);
  const verify = await pitcrew(["audit", "verify", "--data-dir", dir, "-o", "json"]);
  assertEquals(verify.code, 1, "a broken audit is a failure");
  assertEquals(JSON.parse(verify.out).firstBadRow, 2);
  assertEquals(centre.seen.map(({ token }) => token), ["Bearer pc_operator", "Bearer pc_admin"]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("refusals become exit codes", async () => {
  const answers: [number, string, number][] = [
    [400, "invalid_argument", 2],
    [401, "unauthenticated", 4],
    [403, "forbidden", 4],
    [404, "not_found", 3],
    [503, "node_offline", 5],
    [500, "internal", 1],
  ];
  for (const [status, code, exit] of answers) {
    await using centre = controlPlane({
      "GET /api/v1/runs/x": () =>
        Response.json({ code, detail: "because \x1b[2J", hint: "do that" }, { status }),
    });
    const ended = await pitcrew(["run", "show", "x"], centre.env);
    assertEquals([ended.code, ended.out], [exit, ""]);
    assertEquals(ended.err, "because \\x1b[2J\nhint: do that\n");
  }
});

Deno.test("node show says why the guard and the collector are silent", async () => {
  const node = {
    ...{ id: "local", status: "online", lastSeenAt: "2026-11-23T10:00:00.000Z", hostname: "h" },
    ...{ os: null, kernel: null, arch: null, cpus: 4, version: "1", memory: null, level: null },
    ...{ guard: null, guardReason: "no\x1b[2J socket", collector: null },
  };
  await using centre = controlPlane({ "GET /api/v1/nodes/local": () => Response.json(node) });
  const { code, out } = await pitcrew(["node", "show", "local"], centre.env);
  assertEquals(code, 0);
  assertMatch(out, /Guard: +does not answer: no\\x1b\[2J socket\n/);
  assertMatch(out, /Collector: +does not answer\n/);
});

Deno.test("run start sends typed parameters, and --wait answers the finished run", async () => {
  await using centre = controlPlane({
    ...RUNBOOK_ROUTES,
    "POST /api/v1/runs": () => Response.json(RUN, { status: 201 }),
    [`GET /api/v1/runs/${RUN.id}/events`]: events(RUN, ENDED),
  });
  const { code, out, err } = await pitcrew([
    ...["run", "start", "near-oom", "--param", "scope=cgroup:/a=b", "-p", "profileSeconds=3"],
    ...["--param", "ready=true", "--dry-run", "--wait", "-o", "json"],
  ], centre.env);
  assertEquals(code, 0, err);
  assertEquals(JSON.parse(out), ENDED);
  const { idempotencyKey, ...body } = centre.seen.find(({ route }) =>
    route === "POST /api/v1/runs"
  )!
    .body as Record<string, unknown>;
  assertEquals(typeof idempotencyKey, "string");
  assertEquals(body, {
    runbook: "near-oom",
    node: "local",
    params: { scope: "cgroup:/a=b", profileSeconds: 3, ready: true },
    dryRun: true,
  });
});

Deno.test("bad parameters and unknown runbooks stop before anything starts", async () => {
  await using centre = controlPlane(RUNBOOK_ROUTES);
  const cases: [string[], number, RegExp][] = [
    [["near-omo"], 3, /no runbook is called "near-omo"\nhint: did you mean `near-oom`/],
    [["near-oom", "-p", "scop=x"], 2, /no parameter is called "scop"\nhint: did you mean `scope`/],
    [["near-oom", "-p", "profileSeconds=soon"], 2, /must be a whole number, not "soon"/],
    [["near-oom", "-p", "ready=maybe"], 2, /must be true or false, not "maybe"/],
    [["near-oom", "-p", "scope"], 2, /needs NAME=VALUE/],
    [["near-oom", "-p", "scope=a", "-p", "scope=b"], 2, /given twice/],
  ];
  for (const [args, exit, expected] of cases) {
    const { code, err } = await pitcrew(["run", "start", ...args], centre.env);
    assertEquals(code, exit, err);
    assertMatch(err, expected);
  }
  assert(!centre.seen.some(({ route }) => route.startsWith("POST")));
});

Deno.test("a failed run is exit 1", async () => {
  const failed = { ...ENDED, status: "failed", error: { code: "internal", message: "broke" } };
  await using centre = controlPlane({ [`GET /api/v1/runs/${RUN.id}/events`]: events(failed) });
  const { code, out } = await pitcrew(["run", "follow", RUN.id], centre.env);
  assertEquals(code, 1);
  assertMatch(out, /failed/);
});

Deno.test("following goes on after the stream broke, from the last event", async () => {
  let asked = 0;
  const last: (string | null)[] = [];
  await using centre = controlPlane({
    [`GET /api/v1/runs/${RUN.id}/events`]: (request) => {
      last.push(request.headers.get("last-event-id"));
      return ++asked === 1 ? events(RUN)() : events(RUN, ENDED)();
    },
  });
  const { code, out } = await pitcrew(["run", "follow", RUN.id], centre.env);
  assertEquals(code, 0);
  assertEquals(last, [null, "1"]);
  assertEquals(out.match(/▸ detect/g)?.length, 1, "a state that was told is not told again");
  assert(!out.includes("\x1b"), "hostile text does not reach the terminal");
  assertStringIncludes(out, "evil \\x1b[31mred\\x1b]0;title\\x07 text");
});

Deno.test("Ctrl-C while following leaves the run going, says so, and is exit 130", async () => {
  const open: ReadableStreamDefaultController<Uint8Array>[] = [];
  await using centre = controlPlane({
    [`GET /api/v1/runs/${RUN.id}/events`]: () => {
      const data = `id: 1\nevent: run\ndata: ${JSON.stringify(RUN)}\n\n`;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          open.push(controller);
          controller.enqueue(new TextEncoder().encode(data));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", CONFIG, MAIN, "run", "follow", RUN.id],
    env: centre.env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGINT");
  reader.releaseLock();
  const { code, stderr } = await child.output();
  assertEquals(code, 130);
  assertMatch(new TextDecoder().decode(stderr), /run 01jd4w9yq2m7r8s5t6v7w8x9y0 goes on/);
  assert(!centre.seen.some(({ route }) => route.startsWith("POST")), "nothing was cancelled");
});

Deno.test("an artifact is checked against its hash", async () => {
  const content = new TextEncoder().encode("{}");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
  const other = "f".repeat(64);
  await using centre = controlPlane({
    [`GET /api/v1/artifacts/${digest}`]: () => new Response(content),
    [`GET /api/v1/artifacts/${other}`]: () => new Response(content),
  });
  assertEquals((await pitcrew(["artifact", "get", digest], centre.env)).out, "{}");
  const forged = await pitcrew(["artifact", "get", other], centre.env);
  assertEquals([forged.code, forged.out], [1, ""]);
});
