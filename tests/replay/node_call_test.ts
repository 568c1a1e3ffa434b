/**
 * Questions to a node outside of any run, on a real Temporal server.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ApplicationFailure, WorkflowFailedError } from "@temporalio/client";
import { StepFailure } from "../../activities/contract/mod.ts";
import { Lab, NODE } from "./support/lab.ts";
import { done, ScriptedNode } from "./support/node.ts";

const ASK = { node: NODE, uses: "memory.plan", with: { scope: "node" }, by: "ops" };

// Temporal's native core keeps timers of its own across tests.
const unsanitized = { sanitizeOps: false, sanitizeResources: false };

Deno.test({ name: "nodeCall", ...unsanitized }, async (t) => {
  await using lab = await Lab.start();

  await t.step("asks the node and answers with its outputs", async () => {
    const node = new ScriptedNode({ "memory.plan": () => done({ victims: [] }, "nobody") });
    await using site = await lab.site(node);
    assertEquals(await site.ask(ASK), done({ victims: [] }, "nobody"));
    const [{ run, with: inputs }] = node.calls as [typeof node.calls[number]];
    assertEquals([run.dryRun, run.trigger.by, inputs], [true, "ops", { scope: "node" }]);
  });

  await t.step("lets nothing be done this way", async () => {
    await using site = await lab.site();
    for (const uses of ["memory.relieve", "memory.panorama", "record.transitions"]) {
      assertEquals((await refusal(site.ask({ ...ASK, uses }))).type, "refused");
    }
    assertEquals(site.node.calls, []);
  });

  await t.step("a failure keeps its code and its words", async () => {
    const node = new ScriptedNode({
      "memory.plan": () => {
        throw new StepFailure("not_found", "there is no cgroup /x");
      },
    });
    await using site = await lab.site(node);
    const { type, message } = await refusal(site.ask(ASK));
    assertEquals([type, message], ["not_found", "there is no cgroup /x"]);
  });
});

async function refusal(answer: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await assertRejects(() => answer, WorkflowFailedError);
  assert(error.cause);
  return error.cause as ApplicationFailure;
}
