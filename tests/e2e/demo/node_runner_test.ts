/**
 * The node runner as a process with its own permissions, against a real Temporal server behind a
 * gateway that comes and goes, and a guard that is slow.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { ApplicationFailure, type Client, WorkflowFailedError } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import { serve, type TestServer } from "../../../node-runner/native/testing.ts";
import { ROOT } from "../../harness/stack.ts";
import { until } from "../../harness/until.ts";
import { startServer } from "../../replay/support/server.ts";

/** Passes bytes on to Temporal; `down` cuts everything, as the death of the gateway does. */
function proxy(target: number) {
  const conns = new Set<Deno.Conn>();
  let listener: Deno.Listener | undefined;
  let port = 0;
  const pipe = async (from: Deno.Conn, to: Deno.Conn) => {
    const chunk = new Uint8Array(64 * 1024);
    try {
      for (let count = 0; (count = await from.read(chunk) ?? 0) > 0;) {
        for (let at = 0; at < count;) at += await to.write(chunk.subarray(at, count));
      }
    } catch {
      // Cut.
    }
    close(from);
    close(to);
  };
  const close = (conn: Deno.Conn) => {
    if (!conns.delete(conn)) return;
    try {
      conn.close();
    } catch {
      // Closed by its peer.
    }
  };
  const up = () => {
    const current = listener = Deno.listen({ hostname: "127.0.0.1", port });
    port = (current.addr as Deno.NetAddr).port;
    (async () => {
      for await (const conn of current) {
        const upstream = await Deno.connect({ hostname: "127.0.0.1", port: target });
        conns.add(conn).add(upstream);
        pipe(conn, upstream);
        pipe(upstream, conn);
      }
    })().catch(() => {});
  };
  const down = () => {
    listener?.close();
    listener = undefined;
    for (const conn of [...conns]) close(conn);
  };
  up();
  return { up, down, address: `127.0.0.1:${port}` };
}

/** A control plane that only listens. */
function centre() {
  const heartbeats: Record<string, unknown>[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const body = await request.json();
      if (request.url.endsWith("/node/v1/heartbeat")) heartbeats.push(body);
      return Response.json({ ok: true });
    },
  );
  return { heartbeats, server, port: server.addr.port };
}

const ASSESSMENT = {
  at: "2026-11-23T10:00:00.000Z",
  scope: "node",
  level: "ok",
  headroomBytes: 1,
  totalBytes: 2,
  warningHeadroomBytes: 0,
  urgentHeadroomBytes: 0,
  criticalHeadroomBytes: 0,
  reason: "1 bytes free of 2 bytes (50 %), above the warning threshold of 20 %",
  figures: {},
};

const STATUS = {
  ...{ version: "1.0.0", mode: "observe", policyHash: "", rssBytes: 1, watching: ASSESSMENT },
};

const ANSWERS: Record<string, unknown> = {
  "assess": ASSESSMENT,
  "interventions.list": { interventions: [], more: false },
};

async function fixture() {
  const dir = join(await Deno.makeTempDir({ prefix: "pitcrew-node-" }), "node");
  await Deno.mkdir(dir, { mode: 0o700 });
  const temporal = await startServer();
  const [, temporalPort] = temporal.address.split(":");
  const gateway = proxy(Number(temporalPort));
  const control = centre();
  const guard = { assessed: 0, delayMs: 0 };
  const socket: TestServer = await serve(async ({ id, method }, peer) => {
    if (method === "assess") {
      guard.assessed++;
      await new Promise((resolve) => setTimeout(resolve, guard.delayMs));
    }
    await peer.send({ v: 1, id, result: ANSWERS[method] ?? STATUS });
  }, join(dir, "guard.sock"));
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue: "test",
    workflowsPath: fromFileUrl(new URL("./call_workflow.ts", import.meta.url)),
  });
  const working = worker.run();

  const spawn = () =>
    new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--config", join(ROOT, "deno.json")],
        `--allow-read=${ROOT},${dir},/etc/os-release,/usr/lib/os-release`,
        `--allow-write=${dir}`,
        `--allow-net=${gateway.address},127.0.0.1:${control.port},` +
        `unix:${dir}/guard.sock,unix:${dir}/collector.sock`,
        `--allow-ffi=${join(ROOT, "node_modules")}`,
        "--allow-sys=hostname,osRelease,osUptime,cpus,systemMemoryInfo,networkInterfaces,uid," +
        "gid,homedir,loadavg,username,statfs,getPriority",
        "--allow-env",
        join(ROOT, "node-runner/main.ts"),
      ],
      env: {
        PITCREW_NODE_DIR: dir,
        PITCREW_NODE_CREDENTIALS: join(dir, "credentials.json"),
        PITCREW_DEATH_PIPE: "1",
      },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  let node = spawn();

  const key = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const spki = await crypto.subtle.exportKey("spki", (key as CryptoKeyPair).publicKey);
  await Deno.writeTextFile(
    join(dir, "credentials.json"),
    JSON.stringify({
      nodeId: "local",
      token: "pn_test",
      controlPlaneUrl: `http://127.0.0.1:${control.port}`,
      gatewayAddress: gateway.address,
      namespace: "default",
      permitPublicKey: `-----BEGIN PUBLIC KEY-----\n${
        new Uint8Array(spki).toBase64()
      }\n-----END PUBLIC KEY-----\n`,
    }),
  );

  return {
    control,
    gateway,
    guard,
    get node() {
      return node;
    },
    /** The workflow of one action. */
    call: (uses: string, inputs: Record<string, unknown>) =>
      callNode(temporal.client, uses, inputs),
    restart() {
      node = spawn();
    },
    async [Symbol.asyncDispose]() {
      try {
        node.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await node.status;
      await node.stdin.close().catch(() => {});
      worker.shutdown();
      await working;
      gateway.down();
      await socket.stop();
      await control.server.shutdown();
      await temporal.teardown();
      await Deno.remove(join(dir, ".."), { recursive: true });
    },
  };
}

function callNode(client: Client, uses: string, inputs: Record<string, unknown>) {
  const id = crypto.randomUUID();
  const input = {
    run: {
      ...{ id, runbook: "x", runbookHash: "", planHash: "", node: "local", dryRun: false },
      acceptedAt: new Date().toISOString(),
      trigger: { kind: "manual", by: "test" },
    },
    step: { path: "s", id: "s", title: "", uses, attempt: 1 },
    with: inputs,
  };
  return client.workflow.execute("callNode", {
    taskQueue: "test",
    workflowId: id,
    args: [uses, input, "node:local"],
  }) as Promise<{ outputs: Record<string, unknown> }>;
}

async function failureOf(call: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await assertRejects(() => call, WorkflowFailedError);
  const cause = error.cause?.cause;
  assert(cause instanceof ApplicationFailure, String(cause));
  return cause;
}

Deno.test({
  name: "the node runner",
  // Temporal's native connection keeps threads that the sanitizers cannot see into.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using at = await fixture();

    await t.step(
      "reports the machine, and a dead collector as absent with its reason",
      async () => {
        const facts = await until("a heartbeat", () => at.control.heartbeats.at(-1));
        assertEquals([facts.level, facts.collector], ["ok", null]);
        assertMatch(String(facts.collectorReason), /cannot reach the collector/);
        assert((facts.memory as { totalBytes: number }).totalBytes > 0);
      },
    );

    await t.step("answers an action", async () => {
      const { outputs } = await at.call("memory.detect", { scope: "node" });
      assertEquals(outputs.level, "ok");
    });

    await t.step("refuses bad inputs and a missing permit, without another attempt", async () => {
      assertEquals((await failureOf(at.call("memory.detect", {}))).type, "invalid_argument");
      const relieve = await failureOf(at.call("memory.relieve", { scope: "cgroup:/x" }));
      assertEquals([relieve.type, relieve.nonRetryable], ["refused", true]);
    });

    await t.step("delivers what it did while the gateway was away, and does it once", async () => {
      Object.assign(at.guard, { assessed: 0, delayMs: 2_000 });
      const call = at.call("memory.detect", { scope: "node" });
      await until("the guard is asked", () => at.guard.assessed === 1);
      at.gateway.down();
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      at.gateway.up();
      assertEquals((await call).outputs.level, "ok");
      assertEquals(at.guard.assessed, 1);
    });

    await t.step("goes on after its own kill -9", async () => {
      Object.assign(at.guard, { assessed: 0, delayMs: 1_000 });
      const call = at.call("memory.detect", { scope: "node" });
      await until("the guard is asked", () => at.guard.assessed === 1);
      at.node.kill("SIGKILL");
      await at.node.status;
      at.restart();
      assertEquals((await call).outputs.level, "ok");
    });

    await t.step("stays below 250 MiB", () => {
      const status = Deno.readTextFileSync(`/proc/${at.node.pid}/status`);
      const rss = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
      assertLess(rss, 250);
    });

    await t.step("drains on TERM, also with a step under way", async () => {
      Object.assign(at.guard, { assessed: 0, delayMs: 60_000 });
      const call = at.call("memory.detect", { scope: "node" });
      call.catch(() => {});
      await until("the guard is asked", () => at.guard.assessed === 1);
      const began = performance.now();
      at.node.kill("SIGTERM");
      assertEquals((await at.node.status).code, 0);
      // The supervisor kills after so long, and the step's end would not be told.
      assertLess(performance.now() - began, 4_000);
      at.guard.delayMs = 0;
      at.restart();
      assertEquals((await call).outputs.level, "ok");
    });

    await t.step("ends when its parent is gone", async () => {
      await at.node.stdin.close();
      assertEquals((await at.node.status).code, 0);
    });
  },
});
