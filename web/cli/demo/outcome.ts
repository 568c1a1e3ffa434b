/**
 * What the demonstration came to, and whether that is what it promises.
 *
 * @module
 */
import type { Run } from "../client/shapes.ts";
import type { Stage } from "./stage.ts";

/** One killed process, as the guard recorded it. */
export interface Kill {
  pid: number;
  startTime: number;
  name: string;
  signal: string;
  at: string;
  predictedBytes: number;
  freedBytes: number;
}

/** The answer of `demo near-oom -o json`; others rely on its fields. */
export interface Outcome {
  run: Run;
  leaker: { pid: number; alive: boolean };
  bystander: { pid: number; alive: boolean };
  panorama: { sha256: string; capturedAt: string } | null;
  kills: Kill[];
  report: { url: string; markdown: string };
}

/** Reads the outcome off the finished run and the stage, before that is cleared. */
export function outcomeOf(
  run: Run,
  { leaker, bystander }: Pick<Stage, "leaker" | "bystander">,
  url: string,
  markdown: string,
): Outcome {
  const step = (id: string) => run.steps.find((step) => step.id === id);
  const panorama = step("panorama")?.artifacts.find(({ kind }) => kind === "panorama");
  return {
    run,
    leaker: { pid: leaker.pid, alive: !leaker.ended() },
    bystander: { pid: bystander.pid, alive: !bystander.ended() },
    panorama: panorama ? { sha256: panorama.sha256, capturedAt: panorama.capturedAt } : null,
    kills: (step("relieve")?.outputs?.kills ?? []) as Kill[],
    report: { url: `${url}/runs/${run.id}/report`, markdown },
  };
}

/** The policy's rule that kept the leaker from being killed, as the guard told the run. */
export function ruleFor({ run, leaker }: Outcome): string | undefined {
  const relieve = run.steps.find((step) => step.id === "relieve");
  const left = (relieve?.outputs?.protected ?? []) as { pid: number; rule: string }[];
  return left.find(({ pid }) => pid === leaker.pid)?.rule;
}

/** Everything that is not as promised; empty when all is well. */
export function problemsOf(outcome: Outcome, oomKills: number): string[] {
  const { run, leaker, bystander, panorama, kills, report } = outcome;
  const kill = kills.find((kill) => kill.pid === leaker.pid);
  const rule = ruleFor(outcome);
  const problems: string[] = [];
  if (run.status !== "completed") {
    problems.push(
      `the run ${run.status}: ${run.error?.message ?? run.summary ?? "no reason given"}`,
    );
  }
  if (oomKills > 0) problems.push("the kernel's OOM killer acted before the runbook");
  if (leaker.alive && rule !== undefined) {
    problems.push(`the leaker ${leaker.pid} was not killed: the node's policy says "${rule}"`);
  } else if (leaker.alive) problems.push("the leaker still lives");
  else if (!kill) problems.push("the leaker is gone, but the guard did not kill it");
  if (!bystander.alive) problems.push("the bystander did not survive");
  if (!panorama) problems.push("there is no panorama");
  else if (kill && panorama.capturedAt >= kill.at) {
    problems.push(`the panorama (${panorama.capturedAt}) is not older than the kill (${kill.at})`);
  }
  if (report.markdown === "") problems.push("there is no report");
  return problems;
}
