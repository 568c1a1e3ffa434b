/**
 * Starting, reading and cancelling runs.
 *
 * @module
 */
import { monotonicUlid } from "@std/ulid";
import type { Plan, PlanNode } from "../../../runbooks/language/plan.ts";
import type { InputOf } from "../../operations/mod.ts";
import type { Acceptance, RunWithSteps } from "../../store/mod.ts";
import { actorOf } from "../access/principal.ts";
import { digest } from "../access/registry.ts";
import { ApiError } from "../http/errors.ts";
import type { ApiPorts } from "../ports.ts";
import type { Handlers } from "./handler.ts";
import { orderedJson } from "./ordered_json.ts";
import { chooseNode, requireOnline } from "./nodes.ts";
import { planFor } from "./runbooks.ts";
import { runView, summaryView } from "./views.ts";

const PAGE = 50;

/** Handlers of the operations on runs. */
export const runHandlers: Handlers<
  "run.start" | "run.list" | "run.get" | "run.cancel" | "run.report"
> = {
  async "run.start"(input, call) {
    const { ports, principal } = call;
    const key = idempotencyKey(input, call.request);
    const node = await chooseNode(input.node, ports);
    const plan = planFor(ports, input.runbook, {
      node: node.id,
      params: input.params ?? {},
      dryRun: input.dryRun ?? false,
    });
    const replay = key !== undefined &&
      await ports.store.runs.isKnownKey(principal.name, key);
    if (!replay && needsNode(plan.steps)) requireOnline(node);
    const id = monotonicUlid().toLowerCase();
    const { idempotencyKey: _key, ...asked } = input;
    const acceptance = await ports.store.runs.accept({
      id,
      plan,
      trigger: { kind: "manual", by: principal.name },
      actor: actorOf(principal),
      at: new Date().toISOString(),
      ...(key === undefined ? {} : { idempotency: { key, bodyHash: digest(orderedJson(asked)) } }),
    });
    if (acceptance.kind === "conflict") throw conflict(acceptance, plan);
    if (acceptance.kind === "joined") {
      call.status = 200;
      return { ...runView(await mustFind(ports, acceptance.runId)), joined: true };
    }
    ports.kick();
    ports.bus.publish(id);
    return runView(await mustFind(ports, id));
  },

  async "run.list"(input, { ports }) {
    const { cursor, limit = PAGE, ...filter } = input;
    const runs = await ports.store.runs.list({
      ...filter,
      limit: limit + 1,
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    const items = runs.slice(0, limit).map(summaryView);
    const last = items.at(-1);
    return runs.length > limit && last ? { items, nextCursor: last.id } : { items };
  },

  async "run.get"({ id }, { ports }) {
    return runView(await mustFind(ports, id));
  },

  async "run.cancel"({ id, reason }, { ports, principal }) {
    const wish = { id, actor: actorOf(principal), at: new Date().toISOString() };
    const outcome = await ports.store.runs.requestCancel(reason ? { ...wish, reason } : wish);
    if (outcome === "unknown") throw unknownRun(id);
    const run = await mustFind(ports, id);
    if (outcome === "ended") {
      throw new ApiError("conflict", `run ${id} has ended already: ${run.status}`, {
        hint: "there is nothing left to cancel",
      });
    }
    ports.kick();
    ports.bus.publish(id);
    return runView(run);
  },

  async "run.report"({ id, format }, { ports }) {
    const run = await mustFind(ports, id);
    if (format === "markdown") {
      const text = await ports.reports.markdown(run);
      if (text === null) throw noReport(run);
      return new Response(text, { headers: { "content-type": "text/markdown; charset=utf-8" } });
    }
    const report = await ports.reports.json(run);
    if (report === null) throw noReport(run);
    return report as { version: 1 };
  },
};

function idempotencyKey(input: InputOf<"run.start">, request: Request): string | undefined {
  const header = request.headers.get("idempotency-key") ?? undefined;
  if (header !== undefined && (header.length === 0 || header.length > 200)) {
    throw new ApiError("invalid_argument", "Idempotency-Key has 1 to 200 characters");
  }
  if (header !== undefined && input.idempotencyKey !== undefined) {
    if (header !== input.idempotencyKey) {
      throw new ApiError("invalid_argument", "idempotencyKey and Idempotency-Key differ");
    }
  }
  return input.idempotencyKey ?? header;
}

function needsNode(steps: PlanNode[]): boolean {
  return steps.some((step) =>
    step.kind === "action" ? step.where === "node" : needsNode(step.steps)
  );
}

function conflict(acceptance: Exclude<Acceptance, { kind: "accepted" }>, plan: Plan): ApiError {
  const { runId, by } = acceptance;
  if (by === "idempotency_key") {
    return new ApiError(
      "conflict",
      `this idempotency key stands for another request: run ${runId}`,
      {
        hint: "use a new key for a new request",
      },
    );
  }
  return new ApiError(
    "conflict",
    `run ${runId} holds the concurrency key \`${plan.concurrencyKey}\` with another plan`,
    { hint: `wait for run ${runId} or cancel it` },
  );
}

function unknownRun(id: string): ApiError {
  return new ApiError("not_found", `there is no run \`${id.slice(0, 64)}\``, {
    hint: "`pitcrew run list` or GET /api/v1/runs lists them",
  });
}

function noReport(run: RunWithSteps): ApiError {
  const ended = run.endedAt !== null;
  return new ApiError("not_found", `run ${run.id} has no report${ended ? "" : " yet"}`, {
    hint: ended ? "it ended before its report step" : "it is still under way",
  });
}

/** @throws {ApiError} when there is no such run */
export async function mustFind(ports: ApiPorts, id: string): Promise<RunWithSteps> {
  const run = await ports.store.runs.get(id);
  if (run === null) throw unknownRun(id);
  return run;
}
