/**
 * Bad timing around a rescue: a node that freezes with an order in its hands, a database that
 * somebody else holds.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { DatabaseSync } from "node:sqlite";
import { makeScope } from "../harness/scope.ts";
import { type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";

const MiB = 1024 * 1024;
/** How long the database is held at most, milliseconds. */
const HELD_MS = 15_000;
/** A thawed node has carried out by then what lay in its hands, milliseconds. */
const THAWED_MS = 8_000;
/** `PENDING_ACTIVITY_STATE_STARTED`: a worker has the task. */
const DELIVERED = 2;

interface Run {
  id: string;
  status: string;
  steps: { id: string; status: string }[];
}

interface AuditRow {
  action: string;
  target: string;
  outcome: string;
}

const get = (stack: Stack, id: string) => stack.call<Run>("GET", `/api/v1/runs/${id}`);

const start = (stack: Stack, scope: string) =>
  stack.call<Run>("POST", "/api/v1/runs", {
    runbook: "near-oom",
    node: "local",
    params: { scope, grace: "1s", target: "60%", profileSeconds: 1 },
  });

const ended = (stack: Stack, id: string) =>
  until("the run has ended", async () => {
    const run = await get(stack, id);
    return ["completed", "failed", "cancelled"].includes(run.status) ? run : null;
  }, { everyMs: 100, timeoutMs: 120_000 });

async function audited(stack: Stack, action: string, id: string): Promise<AuditRow[]> {
  const { body } = await stack.api("GET", `/api/v1/audit?action=${action}`, undefined, "admin");
  return (body as { items: AuditRow[] }).items.filter(({ target }) => target === `run/${id}`);
}

/** A scope with one process close to its limit. */
async function fullScope() {
  const scope = makeScope(192 * MiB);
  const victim = await scope.run("hold", "--bytes", "165MiB");
  await until("the scope is nearly full", () => scope.usage() > 163 * MiB);
  return { scope, victim };
}

Deno.test({
  name: "bad timing around a rescue",
  // The installation's processes are children of another program; the client's channel outlives it.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using stack = await startStack();

    await t.step("a node that thaws with an order of a cancelled run signals nobody", async () => {
      const { scope, victim } = await fullScope();
      await using _ = scope;
      const connection = await NativeConnection.connect({ address: stack.state().temporalAddress });
      const temporal = new Client({ connection });
      const runner = stack.state().pids.nodeRunner;
      const { id } = await start(stack, scope.name);
      await until("panorama is under way", async () => {
        const run = await get(stack, id);
        return run.steps.find((step) => step.id === "panorama")?.status === "running";
      });
      Deno.kill(runner, "SIGSTOP");
      try {
        await until("the frozen node holds the order", async () => {
          const { raw } = await temporal.workflow.getHandle(id).describe();
          return raw.pendingActivities?.some(({ activityType, state }) =>
            activityType?.name === "memory.relieve" && state === DELIVERED
          );
        }, { everyMs: 100 });
        await stack.call("POST", `/api/v1/runs/${id}/cancel`, { reason: "test" });
      } finally {
        Deno.kill(runner, "SIGCONT");
      }
      const thawed = performance.now();
      await until("the node had its time", async () => {
        const checks = await audited(stack, "permit.check", id);
        return checks.length > 0 || performance.now() - thawed > THAWED_MS;
      }, { everyMs: 100 });
      assert(victim.alive(), "nobody was signalled");
      assertEquals((await ended(stack, id)).status, "cancelled");
      await connection.close();
    });

    await t.step("a locked database delays the record, not the rescue", async () => {
      const { scope, victim } = await fullScope();
      await using _ = scope;
      const { id } = await start(stack, scope.name);
      await until("detect is under way", async () => {
        const run = await get(stack, id);
        return run.steps.find((step) => step.id === "detect")?.status !== "pending";
      });
      const file = join(stack.dataDir, "centre", "pitcrew.db");
      const held = new DatabaseSync(file, { timeout: 5_000 });
      held.exec("begin immediate");
      const began = performance.now();
      try {
        while (victim.alive() && performance.now() - began < HELD_MS) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert(!victim.alive(), `rescued within ${HELD_MS} ms, the database still locked`);
        const permits = held.prepare(
          "select seq from audit where action = 'permit.issue' and target = ?",
        );
        assertEquals(permits.all(`run/${id}`), [], "the record comes afterwards");
        const tookMs = performance.now() - began;
        console.log(`rescued ${Math.round(tookMs)} ms into the lock`);
        // Longer than the writer waits for a lock, so that its first attempt fails.
        await new Promise((go) => setTimeout(go, HELD_MS - (performance.now() - began)));
      } finally {
        held.exec("rollback");
        held.close();
      }
      const run = await ended(stack, id);
      assertEquals(run.status, "completed");
      assertEquals(run.steps.find((step) => step.id === "relieve")?.status, "completed");
      const permits = await until("the permit is on record", async () => {
        const rows = await audited(stack, "permit.issue", id);
        return rows.length > 0 ? rows : null;
      });
      assertEquals(permits.map(({ outcome }) => outcome), ["ok"]);
      const { body } = await stack.api("GET", "/api/v1/audit/verify", undefined, "admin");
      assertEquals((body as { ok: boolean }).ok, true);
    });
  },
});
