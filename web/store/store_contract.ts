/**
 * What every store must do, whatever database stands behind it. An adapter's test calls
 * {@link storeContract} with a way to open an empty store.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Transition } from "../../activities/contract/mod.ts";
import type { ActionStep, Plan } from "../../runbooks/language/plan.ts";
import type { AcceptRun, Store } from "./port.ts";

/** Times of the tests rise by a second. */
export const at = (second: number): string =>
  new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

/** An action of a made-up plan. */
function action(id: string): ActionStep {
  return {
    kind: "action",
    id,
    path: id,
    title: `Step ${id}`,
    uses: id === "relieve" ? "memory.relieve" : "memory.detect",
    where: "node",
    risk: id === "relieve" ? "disruptive" : "observe",
    with: { scope: "node" },
    timeoutMs: 1000,
    retry: { attempts: 2, delayMs: 10, backoff: 1, maxDelayMs: 10 },
    continueOnError: false,
  };
}

/** A plan with the steps detect and relieve. */
export function planOf(overrides: Partial<Plan> = {}): Plan {
  return {
    interpreter: "runbook-v1",
    runbook: { name: "near-oom", title: "Near OOM", hash: "a".repeat(64) },
    hash: "b".repeat(64),
    node: "local",
    params: { scope: "node" },
    dryRun: false,
    risk: "disruptive",
    concurrencyKey: null,
    steps: [action("detect"), action("relieve")],
    ...overrides,
  };
}

/** A run of {@link planOf} to accept. */
export function runOf(id: string, overrides: Partial<AcceptRun> = {}): AcceptRun {
  return {
    id,
    plan: planOf(),
    trigger: { kind: "manual", by: "test" },
    actor: { kind: "token", name: "test" },
    at: at(0),
    ...overrides,
  };
}

/** A transition of a run bound to `t-<run>`. */
export function change(runId: string, seq: number, rest: Partial<Transition>): Transition {
  return {
    runId,
    temporalRunId: `t-${runId}`,
    seq,
    stepPath: "detect",
    attempt: 1,
    phase: "running",
    at: at(seq),
    ...rest,
  };
}

async function started(store: Store, id: string, overrides: Partial<AcceptRun> = {}) {
  assertEquals(await store.runs.accept(runOf(id, overrides)), { kind: "accepted" });
  assertEquals(await store.runs.bind(id, `t-${id}`), "bound");
}

/** Registers the contract's tests. */
export function storeContract(name: string, open: () => Promise<Store & AsyncDisposable>): void {
  const test = (title: string, body: (store: Store) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, async () => {
      await using store = await open();
      await body(store);
    });

  test("an accepted run is there with its steps, its audit row and its outbox item", async (store) => {
    await store.runs.accept(runOf("r1"));
    const run = await store.runs.get("r1");
    assertEquals(run?.status, "running");
    assertEquals(run?.steps.map((step) => [step.path, step.status]), [
      ["detect", "pending"],
      ["relieve", "pending"],
    ]);
    assertEquals((await store.runs.outboxDue(10)).map((item) => [item.kind, item.runId]), [
      ["start", "r1"],
    ]);
    assertEquals((await store.audit.list({ limit: 5 })).map((row) => row.action), ["run.start"]);
    assertEquals(await store.runs.plan("r1"), planOf());
  });

  test("a rejected accept leaves nothing behind", async (store) => {
    await store.runs.accept(runOf("r1"));
    await assertRejects(() => store.runs.accept(runOf("r1")));
    assertEquals((await store.audit.list({ limit: 5 })).length, 1);
    assertEquals((await store.runs.outboxDue(10)).length, 1);
  });

  test("one idempotency key is one run; another request under it is a conflict", async (store) => {
    const idempotency = { key: "k", bodyHash: "h1" };
    const accept = (id: string, bodyHash: string) =>
      store.runs.accept(runOf(id, { idempotency: { ...idempotency, bodyHash } }));
    assertEquals(await accept("r1", "h1"), { kind: "accepted" });
    assertEquals(await accept("r2", "h1"), {
      kind: "joined",
      runId: "r1",
      by: "idempotency_key",
    });
    assertEquals(await accept("r3", "h2"), {
      kind: "conflict",
      runId: "r1",
      by: "idempotency_key",
    });
    assertEquals((await store.runs.list({ limit: 10 })).length, 1);
  });

  test("of many starts at once with one concurrency key, one run comes out", async (store) => {
    const plan = planOf({ concurrencyKey: "near-oom:local" });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => store.runs.accept(runOf(`r${i}`, { plan }))),
    );
    assertEquals(answers.filter((answer) => answer.kind === "accepted").length, 1);
    assertEquals(answers.filter((answer) => answer.kind === "joined").length, 19);
    const other = { ...plan, hash: "c".repeat(64) };
    const conflict = await store.runs.accept(runOf("x", { plan: other }));
    assertEquals(conflict.kind, "conflict");
  });

  test("a concurrency key is free again when its run has ended", async (store) => {
    const plan = planOf({ concurrencyKey: "key" });
    await started(store, "r1", { plan });
    await store.runs.record(
      [change("r1", 1, { stepPath: "", attempt: 0, phase: "completed" })],
      at(9),
    );
    assertEquals(await store.runs.accept(runOf("r2", { plan })), { kind: "accepted" });
  });

  test("transitions written twice and out of order come to the same record", async (store) => {
    await started(store, "r1");
    const list = [
      change("r1", 1, {}),
      change("r1", 2, { phase: "waiting", error: { code: "busy", message: "try later" } }),
      change("r1", 3, { attempt: 2 }),
      change("r1", 4, {
        attempt: 2,
        phase: "completed",
        outputs: { level: "ok" },
        summary: "fine",
      }),
    ];
    await store.runs.record([list[3]!, list[0]!], at(9));
    await store.runs.record(list, at(9));
    await store.runs.record(list, at(10));
    const step = (await store.runs.get("r1"))?.steps[0];
    assertEquals([step?.status, step?.attempt, step?.summary], ["completed", 2, "fine"]);
    assertEquals(step?.outputs, { level: "ok" });
    assertEquals([step?.startedAt, step?.endedAt], [at(4), at(4)]);
  });

  test("a step between attempts waits and says for what", async (store) => {
    await started(store, "r1");
    const error = { code: "busy", message: "try later" };
    await store.runs.record(
      [change("r1", 1, {}), change("r1", 2, { phase: "waiting", error })],
      at(9),
    );
    const run = await store.runs.get("r1");
    assertEquals(run?.status, "waiting");
    assertEquals(run?.steps[0]?.waitingOn, "attempt 2 after busy: try later");
  });

  test("what a running step waits for can be set and taken back", async (store) => {
    await started(store, "r1");
    await store.runs.record([change("r1", 1, {})], at(9));
    const wait = (waitingOn: string | null) =>
      store.runs.setWaiting("r1", [{ path: "detect", waitingOn }]);
    assertEquals(await wait("node local, offline"), true);
    assertEquals(await wait("node local, offline"), false);
    assertEquals((await store.runs.get("r1"))?.status, "waiting");
    assertEquals(await wait(null), true);
    const run = await store.runs.get("r1");
    assertEquals([run?.status, run?.steps[0]?.status], ["running", "running"]);
  });

  test("another workflow cannot write a run's record", async (store) => {
    await started(store, "r1");
    const stranger = change("r1", 1, { temporalRunId: "stranger" });
    assertEquals(await store.runs.record([stranger], at(9)), { runs: [], refused: 1 });
    assertEquals(await store.runs.bind("r1", "stranger"), "other");
    assertEquals((await store.runs.get("r1"))?.steps[0]?.status, "pending");
  });

  test("an ended run keeps its end and its steps are closed", async (store) => {
    await started(store, "r1");
    await store.runs.record([change("r1", 1, {})], at(9));
    const error = { code: "internal", message: "terminated" };
    const actor = { kind: "system" as const, name: "sweeper" };
    assertEquals(await store.runs.fail({ id: "r1", error, at: at(10), actor }), true);
    assertEquals(await store.runs.fail({ id: "r1", error, at: at(11), actor }), false);
    await store.runs.record(
      [change("r1", 2, { stepPath: "", attempt: 0, phase: "completed" })],
      at(12),
    );
    const run = await store.runs.get("r1");
    assertEquals([run?.status, run?.endedAt], ["failed", at(10)]);
    assertEquals(run?.steps.map((step) => step.status), ["cancelled", "skipped"]);
    assertEquals(await store.runs.outboxDue(10), []);
  });

  test("a permit is refused after a cancel, to strangers and for unknown runs, all audited", async (store) => {
    await started(store, "r1");
    const ask = (runId: string, temporalRunId: string) =>
      store.runs.permit({ runId, temporalRunId, stepPath: "relieve", detail: null, at: at(1) });
    assertEquals(await ask("r1", "t-r1"), { ok: true });
    assertEquals((await ask("r1", "stranger")).ok, false);
    assertEquals((await ask("none", "t-r1")).ok, false);
    const wish = { id: "r1", actor: { kind: "token" as const, name: "me" }, at: at(2) };
    assertEquals(await store.runs.requestCancel(wish), "requested");
    assertEquals(await store.runs.requestCancel(wish), "already");
    assertEquals(await ask("r1", "t-r1"), { ok: false, reason: "the run was cancelled" });
    const rows = await store.audit.list({ limit: 10, action: "permit.issue" });
    assertEquals(rows.map((row) => row.outcome), ["refused", "refused", "refused", "ok"]);
  });

  test("lists page through runs by filter", async (store) => {
    for (let i = 0; i < 5; i++) await store.runs.accept(runOf(`r${i}`));
    const first = await store.runs.list({ limit: 2, node: "local" });
    assertEquals(first.map((run) => run.id), ["r4", "r3"]);
    const rest = await store.runs.list({ limit: 9, before: "r3", status: "running" });
    assertEquals(rest.map((run) => run.id), ["r2", "r1", "r0"]);
    assertEquals(await store.runs.list({ limit: 9, runbook: "other" }), []);
  });

  test("the audit is one chain, and announces its end", async (store) => {
    const heads: number[] = [];
    store.onAuditHead((head) => heads.push(head.seq));
    const actor = { kind: "system" as const, name: "test" };
    await Promise.all(Array.from({ length: 50 }, (_, i) =>
      store.audit.append([{
        at: at(i),
        actor,
        action: "test",
        target: `t/${i}`,
        outcome: "ok",
        detail: { i, nested: { b: 1, a: "ü" } },
      }])));
    assertEquals(await store.audit.verify(), { rows: 50, ok: true });
    assertEquals(heads.at(-1), 50);
    assertEquals((await store.audit.head()).seq, 50);
    assertEquals((await store.audit.hashes([50]))[0], await store.audit.head());
  });

  test("a sign-in code works once and not after its time", async (store) => {
    const code = (sha256: string, expiresAt: string) =>
      store.access.addSigninCode({ sha256, name: "n", role: "admin", createdBy: "t", expiresAt });
    await code("c1", at(10));
    await code("c2", at(10));
    const uses = await Promise.all([1, 2, 3].map(() => store.access.useSigninCode("c1", at(5))));
    assertEquals(uses.filter((use) => use !== null), [{ name: "n", role: "admin" }]);
    assertEquals(await store.access.useSigninCode("c2", at(11)), null);
    assertEquals(await store.access.useSigninCode("nothing", at(5)), null);
  });

  test("an intervention counts once per node and id", async (store) => {
    await store.nodes.register("local", at(0));
    const event = { id: "i1", at: at(1), body: { level: "critical" } };
    assertEquals(await store.nodes.intervened("local", [event, event], at(2)), 1);
    assertEquals(await store.nodes.intervened("local", [event], at(3)), 0);
    assertEquals((await store.nodes.interventions({ limit: 5 })).length, 1);
  });

  test("a heartbeat renews a node's facts; quotas add up artifacts", async (store) => {
    await store.nodes.register("local", at(0));
    await store.nodes.heartbeat("local", { hostname: "h" }, at(5));
    assertEquals((await store.nodes.get("local"))?.lastSeenAt, at(5));
    const add = (sha256: string, second: number) =>
      store.artifacts.add({ sha256, bytes: 10, at: at(second), by: "local" });
    await add("a1", 1);
    await add("a2", 20);
    await add("a2", 20);
    assertEquals(await store.artifacts.addedSince("local", at(10)), 10);
    assertEquals((await store.artifacts.get("a1"))?.bytes, 10);
    assert(await store.artifacts.get("none") === null);
  });
}
