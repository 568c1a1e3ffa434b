/**
 * One installation, looked at from outside: the near-OOM runbook on a real leak, what strangers at
 * Temporal's port can do, what happens to bad input, and who may see what.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { fromFileUrl } from "@std/path";
import { makeScope } from "../harness/scope.ts";
import { startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";

const MiB = 1024 * 1024;

interface Run {
  id: string;
  status: string;
  planHash: string;
  runbookHash: string;
  startedAt: string;
  steps: {
    id: string;
    status: string;
    outputs?: Record<string, unknown>;
    summary?: string;
    error?: { code: string; message: string };
    artifacts: { sha256: string; kind: string; capturedAt: string }[];
  }[];
}

/** A leak close to the scope's limit and a bystander, ready for a rescue. */
async function leakingScope(...extra: string[]) {
  const scope = makeScope(192 * MiB);
  const bystander = await scope.run("hold", "--bytes", "16MiB");
  const leaker = await scope.run("leak", "--rate", "200MiB/s", "--max", "150MiB", ...extra);
  await until("the leak is near the limit", () => scope.usage() > 160 * MiB);
  return { scope, bystander, leaker };
}

Deno.test({
  name: "an installation",
  // The installation's processes are children of another program; the client's channel outlives it.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using stack = await startStack();
    const ended = (id: string) =>
      until("the run has ended", async () => {
        const run = await stack.call<Run>("GET", `/api/v1/runs/${id}`);
        return ["completed", "failed", "cancelled"].includes(run.status) ? run : null;
      }, { everyMs: 100, timeoutMs: 120_000 });
    const near = (scope: string, more: Record<string, unknown> = {}) => ({
      runbook: "near-oom",
      node: "local",
      params: { scope, grace: "1s", profileSeconds: 1, ...more },
    });

    await t.step("a dry run prints the plan that a live run then carries out", async () => {
      const { scope, bystander, leaker } = await leakingScope();
      await using _ = scope;
      const dry = await ended(
        (await stack.call<Run>("POST", "/api/v1/runs", { ...near(scope.name), dryRun: true })).id,
      );
      assertEquals(dry.status, "completed");
      assert(leaker.alive() && bystander.alive(), "a dry run signals nobody");
      const planned = dry.steps.find((step) => step.id === "relieve")!.outputs!;
      assertEquals(planned.status, "dry_run");

      const live = await ended(
        (await stack.call<Run>("POST", "/api/v1/runs", near(scope.name))).id,
      );
      assertEquals(live.status, "completed", JSON.stringify(live));
      const done = live.steps.find((step) => step.id === "relieve")!.outputs!;
      assertEquals(done.status, "relieved");
      const chosen = (outputs: Record<string, unknown>) =>
        (outputs.chosen as { pid: number; startTime: number }[]).map((victim) => [
          victim.pid,
          victim.startTime,
        ]);
      assertEquals(chosen(done), chosen(planned), "live kills whom the dry run named");
      assertEquals(leaker.alive(), false);
      assertEquals(bystander.alive(), true);

      const kill = (done.kills as { at: string; freedBytes: number; predictedBytes: number }[])[0]!;
      const panorama = live.steps.find((step) => step.id === "panorama")!;
      assert(panorama.artifacts[0]!.capturedAt < kill.at, "the panorama is older than the kill");
      const ratio = kill.freedBytes / kill.predictedBytes;
      assert(ratio > 0.85 && ratio < 1.15, `freed/predicted is ${ratio}`);

      const { status, body } = await stack.api(
        "GET",
        `/api/v1/artifacts/${panorama.artifacts[0]!.sha256}`,
      );
      assertEquals(status, 200);
      const full = body as {
        totalBytes: number;
        residualBytes: number;
        parts: { bytes: number }[];
      };
      const sum = full.parts.reduce((total, part) => total + part.bytes, 0) + full.residualBytes;
      assertEquals(sum, full.totalBytes, "parts and residual add up to MemTotal");

      const report = await stack.api("GET", `/api/v1/runs/${live.id}/report?format=markdown`);
      assertEquals(report.status, 200);
      assertStringIncludes(String(report.body), "pitcrew-load");
      const gpu = live.steps.find((step) => step.id === "gpu")!;
      assert(["skipped", "completed"].includes(gpu.status));
    });

    await t.step("a cancel stops before the next destructive action", async () => {
      const { scope, bystander, leaker } = await leakingScope();
      await using _ = scope;
      // The collector is stopped, so the run stays in `panorama` until we let go.
      const collector = stack.state().pids.collector;
      Deno.kill(collector, "SIGSTOP");
      let id: string;
      try {
        id = (await stack.call<Run>("POST", "/api/v1/runs", near(scope.name))).id;
        await until("panorama is under way", async () => {
          const run = await stack.call<Run>("GET", `/api/v1/runs/${id}`);
          return run.steps.find((step) => step.id === "panorama")?.status === "running";
        });
        await stack.call("POST", `/api/v1/runs/${id}/cancel`, { reason: "test" });
      } finally {
        Deno.kill(collector, "SIGCONT");
      }
      const run = await ended(id);
      assertEquals(run.status, "cancelled");
      assert(leaker.alive() && bystander.alive(), "nobody was signalled");
    });

    await t.step("a workflow started behind the control plane's back kills nothing", async () => {
      const { scope, bystander, leaker } = await leakingScope();
      await using _ = scope;
      const { temporalAddress, pids } = stack.state();
      const temporal = await Deno.readLink(`/proc/${pids.temporal}/exe`);
      const plan = await stack.call<{ steps: unknown[] } & Record<string, unknown>>(
        "POST",
        "/api/v1/runbooks/near-oom/plan",
        { node: "local", params: near(scope.name).params },
      );
      const run = {
        id: "01forged00000000000000000",
        runbook: "near-oom",
        runbookHash: "0".repeat(64),
        planHash: plan.hash,
        node: "local",
        dryRun: false,
        acceptedAt: new Date().toISOString(),
        trigger: { kind: "manual", by: "mallory" },
      };
      const start = await new Deno.Command(temporal, {
        args: [
          ...["workflow", "execute", "--address", temporalAddress],
          ...["--type", "runbookV1", "--task-queue", "pitcrew-centre"],
          ...["--workflow-id", run.id, "--input", JSON.stringify({ run, plan })],
          ...["--execution-timeout", "60s", "--output", "json"],
        ],
        stdout: "piped",
        stderr: "piped",
      }).output();
      assert(leaker.alive() && bystander.alive(), "nobody was signalled");
      const text = new TextDecoder().decode(start.stdout) + new TextDecoder().decode(start.stderr);
      assertMatch(text, /refused|permit|not accepted/i);
      assertEquals((await stack.api("GET", `/api/v1/runs/${run.id}`)).status, 404);
    });

    await t.step("an action called straight on the node's queue is refused", async () => {
      const { scope, bystander, leaker } = await leakingScope();
      await using _ = scope;
      const address = stack.state().temporalAddress;
      const native = await NativeConnection.connect({ address });
      const worker = await Worker.create({
        connection: native,
        taskQueue: "rogue",
        workflowsPath: fromFileUrl(new URL("./rogue_workflow.ts", import.meta.url)),
      });
      const client = new Client({ connection: native });
      const input = (permit?: string) => ({
        run: {
          id: "01rogue000000000000000000",
          runbook: "near-oom",
          runbookHash: "0".repeat(64),
          planHash: "0".repeat(64),
          node: "local",
          dryRun: false,
          acceptedAt: new Date().toISOString(),
          trigger: { kind: "manual", by: "mallory" },
        },
        step: { path: "relieve", id: "relieve", title: "", uses: "memory.relieve", attempt: 1 },
        with: { scope: scope.name, target: "90%", grace: 0 },
        permit,
      });
      const forged = await forgePermit();
      await worker.runUntil(async () => {
        for (const permit of [undefined, "", "a.b", forged]) {
          const error = await assertRejects(() =>
            client.workflow.execute("rogue", {
              taskQueue: "rogue",
              workflowId: `rogue-${crypto.randomUUID()}`,
              args: ["node:local", input(permit)],
            })
          );
          assertMatch(causes(error), /permit/i);
        }
      });
      assert(leaker.alive() && bystander.alive(), "nobody was signalled");
      await native.close();
    });

    await t.step("bad input gets an error with its place and changes nothing", async () => {
      const count = async () =>
        (await stack.call<{ items: unknown[] }>("GET", "/api/v1/runs?limit=100")).items.length;
      const before = await count();
      const cases: [unknown, number, RegExp][] = [
        [{ runbook: "near-omm", node: "local" }, 404, /near-oom/],
        [{ runbook: "near-oom", node: "elsewhere" }, 404, /local/],
        [{ runbook: "near-oom", node: "local", params: { scop: "node" } }, 400, /scope/],
        [{ runbook: "near-oom", node: "local", params: { scope: 7 } }, 400, /scope/],
        [{ runbook: "near-oom", node: "local", surprise: 1 }, 400, /surprise/],
      ];
      for (const [body, status, hint] of cases) {
        const answer = await stack.api("POST", "/api/v1/runs", body);
        assertEquals(answer.status, status, JSON.stringify(answer.body));
        assertMatch(JSON.stringify(answer.body), hint);
      }
      const huge = await stack.api("POST", "/api/v1/runs", { runbook: "x".repeat(2 * MiB) });
      assertEquals(huge.status, 413);
      const yaml = await stack.api("POST", "/api/v1/runbooks/validate", {
        source: "name: x\nsteps:\n  - id: a\n    uses: memory.detekt\n",
      });
      assertEquals(yaml.status, 200);
      assertMatch(JSON.stringify(yaml.body), /"line":4/);
      assertEquals(await count(), before, "no run came of it");
    });

    await t.step("nothing but health answers without a token", async () => {
      const { url } = stack.state();
      const description = await stack.call<{ paths: Record<string, Record<string, unknown>> }>(
        "GET",
        "/api/v1/openapi.json",
      );
      let swept = 0;
      for (const [path, methods] of Object.entries(description.paths)) {
        for (const method of Object.keys(methods)) {
          const response = await fetch(url + path.replaceAll(/\{\w+\}/g, "x"), {
            method: method.toUpperCase(),
            body: ["post", "put"].includes(method) ? "{}" : undefined,
          });
          await response.body?.cancel();
          if (path === "/healthz") assertEquals(response.status, 200);
          else assert([401, 403].includes(response.status), `${method} ${path} ${response.status}`);
          swept++;
        }
      }
      assert(swept >= 15, `only ${swept} routes described`);
      for (const path of ["/", "/runs", "/app.js", "/node/v1/heartbeat", "/api/v1/events", "/x"]) {
        const response = await fetch(url + path);
        await response.body?.cancel();
        assert([401, 403].includes(response.status), `${path} ${response.status}`);
      }
    });

    await t.step("the audit chain verifies", async () => {
      const answer = await stack.api("GET", "/api/v1/audit/verify", undefined, "admin");
      assertEquals(answer.status, 200);
      const audit = answer.body as { ok: boolean; rows: number };
      assert(audit.ok && audit.rows > 5, JSON.stringify(audit));
    });
  },
});

/** A permit that is right in every field but signed by somebody else. */
async function forgePermit(): Promise<string> {
  const keys = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const part = base64url(new TextEncoder().encode(JSON.stringify({
    v: 1,
    runId: "01rogue000000000000000000",
    planHash: "0".repeat(64),
    stepPath: "relieve",
    uses: "memory.relieve",
    node: "local",
    withHash: "0".repeat(64),
    dryRun: false,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  })));
  const signature = await crypto.subtle.sign(
    "Ed25519",
    keys.privateKey,
    new TextEncoder().encode(part),
  );
  return `${part}.${base64url(new Uint8Array(signature))}`;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
}

function causes(error: unknown): string {
  const messages: string[] = [];
  for (let at = error as Error | undefined; at; at = at.cause as Error | undefined) {
    messages.push(at.message);
  }
  return messages.join(" ← ");
}
