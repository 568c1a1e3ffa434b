/**
 * The runbooks that runs can be started of. Read at start; a file that does not check out is
 * reported and left out, the others stay.
 *
 * @module
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CATALOG } from "../../activities/contract/mod.ts";
import {
  parseRunbook,
  type PlanNode,
  planRun,
  type Runbook,
  suggest,
} from "../../runbooks/language/mod.ts";
import type { Library } from "../api/mod.ts";
import { errorText, log } from "./log.ts";

interface Entry {
  runbook: Runbook;
  source: string;
}

/** Loads `<folder>/<name>/runbook.yaml` of every name. */
export async function loadLibrary(folder: string): Promise<Library> {
  const entries = new Map<string, Entry>();
  for (const name of (await readdir(folder)).sort()) {
    const file = join(folder, name, "runbook.yaml");
    const bytes = await readRunbook(file);
    if (bytes === null) continue;
    const { runbook, problems } = parseRunbook(bytes, CATALOG);
    if (runbook === undefined) {
      log("error", "runbook left out: it does not check out", { file, problems });
    } else if (entries.has(runbook.name)) {
      log("error", "runbook left out: its name is taken", { file, name: runbook.name });
    } else {
      entries.set(runbook.name, { runbook, source: new TextDecoder().decode(bytes) });
    }
  }
  return libraryOf(entries);
}

async function readRunbook(file: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      log("error", "runbook left out: it cannot be read", { file, reason: errorText(error) });
    }
    return null;
  }
}

function libraryOf(entries: Map<string, Entry>): Library {
  const summary = ({ runbook }: Entry) => ({
    name: runbook.name,
    title: runbook.title,
    description: runbook.description,
    risk: runbook.risk,
    hash: runbook.hash,
    steps: countActions(runbook.steps),
  });
  return {
    list: () => [...entries.values()].map(summary),
    get(name) {
      const entry = entries.get(name);
      if (!entry) return null;
      return {
        ...summary(entry),
        source: entry.source,
        parameters: { ...entry.runbook.parameters },
      };
    },
    validate(source) {
      const { runbook, problems } = parseRunbook(source, CATALOG);
      return { ok: runbook !== undefined, problems };
    },
    plan(name, request) {
      const entry = entries.get(name);
      if (!entry) return null;
      const { plan, problems } = planRun(entry.runbook, request, CATALOG);
      return plan ? { plan } : { problems };
    },
    suggest,
  };
}

function countActions(nodes: PlanNode[]): number {
  return nodes.reduce(
    (sum, node) => sum + (node.kind === "action" ? 1 : countActions(node.steps)),
    0,
  );
}
