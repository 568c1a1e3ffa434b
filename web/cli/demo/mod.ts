/**
 * Real cases in a safe place.
 *
 * @module
 */
import type { Command } from "../core/command.ts";
import { nearOom } from "./near_oom.ts";

/** The demonstrations. */
export const DEMO_COMMANDS: readonly Command[] = [
  {
    name: ["demo", "near-oom"],
    summary: "A real leak in a bounded cgroup, rescued by the near-OOM runbook",
    details: [
      "Makes a memory cgroup of its own, starts a program in it that leaks and a bystander, waits",
      "until the guard calls the scope's level a warning, and runs `near-oom` against that scope.",
      "Only its own processes are in that cgroup, and they and it are removed at the end.",
      "Needs root or a delegated memory cgroup.",
    ].join("\n"),
    flags: {
      node: {
        kind: "text",
        value: "NODE",
        help: "Node id; this machine's (default: the only one)",
      },
      "scope-limit": { kind: "text", value: "SIZE", help: "The cgroup's limit (default 256MiB)" },
      keep: { kind: "switch", help: "Leave the bystander and the cgroup there" },
    },
    examples: ["demo near-oom", "demo near-oom --scope-limit 512MiB -o json"],
    run: nearOom,
  },
];
