/**
 * Writes what is generated from the runbook language: the JSON Schema of `runbook.yaml` and the
 * expected plan of each runbook in the library. `--check` fails where one is stale.
 *
 * @module
 */
import { CATALOG } from "../../activities/contract/mod.ts";
import { fileSchema } from "../../runbooks/language/mod.ts";
import { emit } from "./support/generated.ts";
import { nearOomPlan } from "./support/lab.ts";

const RUNBOOKS = new URL("../../runbooks/", import.meta.url);

await emit(new URL("language/schema.json", RUNBOOKS), json(fileSchema(CATALOG)));
await emit(new URL("library/near-oom/plan.expected.json", RUNBOOKS), json(nearOomPlan()));
Deno.exit();

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}
