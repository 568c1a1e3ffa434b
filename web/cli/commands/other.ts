/**
 * `health`, `login-link`, `artifact …`, `audit …`, `memory …`
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Command } from "../core/command.ts";
import { CliFailure, EXIT, usage } from "../core/failure.ts";
import { bytes, facts, table, time } from "../output/mod.ts";
import { fromOperation, titleOf } from "./from_operation.ts";
import { theNode } from "./node.ts";

interface Victims {
  level: string;
  headroomBytes: number;
  victims: { rank: number; pid: number; name: string; scoreBytes: number; reason: string }[];
  protected: { pid: number; name: string; rule: string }[];
}

/** Commands that are not about runs, runbooks or nodes. */
export const OTHER_COMMANDS: readonly Command[] = [
  {
    name: ["artifact", "get"],
    summary: "Fetch an artifact by its sha256, and check it",
    words: [{ name: "SHA256", help: "64 hex digits, as `run show` prints them" }],
    flags: { "output-file": { kind: "text", short: "O", value: "FILE", help: "Write it there" } },
    examples: ["artifact get 9f86d081… -O panorama.json", "artifact get 9f86d081… > panorama.json"],
    async run({ api, words, flags, out, path }) {
      const sha256 = words[0]!.toLowerCase();
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw usage(`"${sha256}" is no sha256 (64 hex digits)`);
      const file = flags["output-file"] as string | undefined;
      if (out.json && !file) throw usage("-o json needs -O FILE for the content");
      const response = await api.raw(`/api/v1/artifacts/${sha256}`);
      const content = await response.bytes();
      const found = createHash("sha256").update(content).digest("hex");
      if (found !== sha256) {
        throw new CliFailure(EXIT.failed, `what arrived is not ${sha256} but ${found}`);
      }
      if (!file) return Deno.stdout.writeSync(content), EXIT.done;
      await Deno.writeFile(path(file), content);
      out.answer(
        { sha256, bytes: content.length, file: path(file) },
        () => `${path(file)}: ${bytes(content.length)}`,
      );
    },
  },
  {
    name: ["memory", "victims"],
    summary: "Who would be killed on a node, in order, and who never",
    flags: {
      node: { kind: "text", value: "NODE", help: "Node id (default: the only node)" },
      policy: { kind: "text", value: "FILE", help: "A policy to merge with the node's own" },
      scope: { kind: "text", value: "SCOPE", help: "node (default) or cgroup:/path" },
    },
    examples: ["memory victims --node local", "memory victims --policy policy.yaml -o json"],
    async run({ api, flags, out, path }) {
      const node = await theNode(api, flags.node as string | undefined);
      const policy = flags.policy === undefined
        ? undefined
        : await readText(path(flags.policy as string));
      const answer = await api.post<Victims>(
        `/api/v1/nodes/${encodeURIComponent(node)}/memory/victims`,
        { scope: flags.scope ?? "node", ...(policy === undefined ? {} : { policy }) },
      );
      out.answer(answer, () => [
        `${node}: ${answer.level}, headroom ${bytes(answer.headroomBytes)}`,
        "",
        ...table(answer.victims, [
          { title: "RANK", value: (victim) => String(victim.rank), right: true },
          { title: "PID", value: (victim) => String(victim.pid), right: true },
          { title: "NAME", value: (victim) => victim.name },
          { title: "FREES", value: (victim) => bytes(victim.scoreBytes), right: true },
          { title: "WHY", value: (victim) => victim.reason },
        ]),
        "",
        ...table(answer.protected, [
          { title: "PROTECTED", value: (process) => String(process.pid), right: true },
          { title: "NAME", value: (process) => process.name },
          { title: "RULE", value: (process) => process.rule },
        ]),
      ]);
    },
  },
  fromOperation("audit.list", {
    help: {
      action: "Only this action",
      target: "Only about this",
      limit: "At most this many",
      cursor: "Go on after an earlier page",
    },
    text: ({ items }) =>
      table(items, [
        { title: "SEQ", value: (row) => String(row.seq), right: true },
        { title: "AT", value: (row) => time(row.at) },
        { title: "WHO", value: ({ actor }) => `${actor.kind} ${actor.name}` },
        { title: "WHAT", value: (row) => row.action },
        { title: "TARGET", value: (row) => row.target },
        { title: "OUTCOME", value: (row) => row.outcome },
      ]),
  }),
  {
    name: ["audit", "verify"],
    summary: titleOf("audit.verify"),
    examples: ["audit verify -o json"],
    async run({ api, out }) {
      const verdict = await api.call("audit.verify", {});
      const broken = `broken at row ${verdict.firstBadRow ?? "unknown"}`;
      out.answer(
        verdict,
        () =>
          verdict.ok
            ? `${verdict.rows} rows, unbroken`
            : `${broken}: ${verdict.reason ?? "it was changed"}`,
      );
      return verdict.ok ? EXIT.done : EXIT.failed;
    },
  },
  {
    name: ["health"],
    summary: "Whether the control plane works",
    examples: ["health"],
    async run({ api, out }) {
      const health = await api.get<{ status: string; checks?: Record<string, unknown> }>(
        "/healthz",
      );
      out.answer(health, () =>
        facts([
          ["Status", health.status],
          ...Object.entries(health.checks ?? {}).map(([name, state]) =>
            [name, typeof state === "string" ? state : JSON.stringify(state)] as const
          ),
        ]));
    },
  },
  fromOperation("signin.link", {
    name: ["login-link"],
    help: { role: "What it may do (default: as the control plane decides)" },
    text: ({ url, expiresAt }) => [url, `for one use, until ${time(expiresAt)}`],
  }),
];

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new CliFailure(EXIT.notFound, `${path} does not exist`);
    }
    throw new CliFailure(EXIT.usage, `${path} cannot be read: ${(error as Error).message}`);
  }
}
