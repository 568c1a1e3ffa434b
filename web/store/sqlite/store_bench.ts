/**
 * How fast the store writes and reads, and how long the event loop stands still meanwhile. One JSON
 * line a figure: `deno run -A web/store/sqlite/store_bench.ts`.
 *
 * @module
 */
import { change, runOf } from "../store_contract.ts";
import { openSqliteStore } from "./open.ts";

const RUNS = 500;
const TRANSITIONS = 40;

const folder = await Deno.makeTempDir({ prefix: "pitcrew-bench-" });
const store = await openSqliteStore(`${folder}/pitcrew.db`);

let longest = 0;
let last = performance.now();
const timer = setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last - 1);
  last = now;
}, 1);

async function measure(name: string, rows: number, work: () => Promise<unknown>): Promise<void> {
  longest = 0;
  last = performance.now();
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 5));
  console.log(JSON.stringify({
    name,
    rows,
    ms: Math.round(ms),
    rowsPerSecond: Math.round(rows / ms * 1000),
    longestLoopPauseMs: Math.round(longest * 10) / 10,
  }));
}

const ids = Array.from({ length: RUNS }, (_, i) => `run-${String(i).padStart(6, "0")}`);
const batchOf = (id: string) =>
  Array.from({ length: TRANSITIONS }, (_, seq) => change(id, seq + 1, { attempt: seq + 1 }));

await measure(
  "runs accepted at once, synced",
  RUNS,
  () => Promise.all(ids.map((id) => store.runs.accept(runOf(id)))),
);
await measure("runs accepted one after the other, synced", 100, async () => {
  for (let i = 0; i < 100; i++) await store.runs.accept(runOf(`one-${i}`));
});
await Promise.all(ids.map((id) => store.runs.bind(id, `t-${id}`)));
await measure(
  "transitions, 40 a batch",
  RUNS * TRANSITIONS,
  () => Promise.all(ids.map((id) => store.runs.record(batchOf(id), new Date().toISOString()))),
);
await measure(
  "heartbeats",
  5_000,
  () =>
    Promise.all(
      Array.from({ length: 5_000 }, (_, i) =>
        store.nodes.heartbeat(`n${i}`, { hostname: "h" }, new Date().toISOString())),
    ),
);
await measure(
  "runs read with their steps",
  2_000,
  () => Promise.all(Array.from({ length: 2_000 }, (_, i) => store.runs.get(ids[i % RUNS]!))),
);
await measure(
  "the whole audit verified",
  (await store.audit.head()).seq,
  () => store.audit.verify(),
);

clearInterval(timer);
await store.close();
await Deno.remove(folder, { recursive: true });
