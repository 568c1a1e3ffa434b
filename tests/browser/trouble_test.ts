/** What the console does when something is wrong, or somebody wishes it harm. */
import { assert, assertEquals } from "@std/assert";
import { browserTest, unfoldAll, withConsole } from "./console.ts";
import { HOSTILE_NAME } from "./fixture/outputs.ts";

browserTest("names and files that look like markup stay text", async () => {
  await withConsole(async ({ page, scenes, complaints, open }) => {
    const id = scenes.completed.id;
    for (const path of [`/runs/${id}`, `/runs/${id}/report`, "/runbooks/near-oom"]) {
      await open(path);
      await unfoldAll(page);
      await page.getByText(HOSTILE_NAME).first().waitFor();
      assertEquals(await page.locator("main :is(img, b, script, iframe, style)").count(), 0);
      assert(!(await page.title()).includes("owned"));
    }
    assertEquals(complaints, []);
  });
});

Deno.test("no source of the console puts markup in by hand", async () => {
  const found: string[] = [];
  const walk = async (dir: URL) => {
    for await (const entry of Deno.readDir(dir)) {
      if (entry.name === "dist") continue;
      const at = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, dir);
      if (entry.isDirectory) await walk(at);
      else if (/\.tsx?$/.test(entry.name)) {
        const text = await Deno.readTextFile(at);
        if (
          /dangerouslySetInnerHTML|\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write/.test(
            text,
          )
        ) {
          found.push(at.pathname);
        }
      }
    }
  };
  await walk(new URL("../../web/ui/", import.meta.url));
  assertEquals(found, []);
});

browserTest("a lost connection is told, and what was missed arrives after it", async () => {
  await withConsole(async ({ page, centre, scenes, open }) => {
    await open(`/runs/${scenes.running.id}`);
    await page.getByText("live", { exact: true }).waitFor();
    centre.cutStreams(true);
    await page.getByText(/connection lost/).waitFor();
    while (scenes.running.endedAt === null) centre.advance(scenes.running);
    centre.cutStreams(false);
    await page.getByRole("link", { name: "Open the report" }).first().waitFor();
    await page.getByText(/connection lost/).waitFor({ state: "detached" });
  });
});

browserTest("a step that waits says on what, with its last error and the hint", async () => {
  await withConsole(async ({ page, scenes, open }) => {
    await open(`/runs/${scenes.waiting.id}`);
    const step = page.locator("#step-panorama");
    await step.getByText(/Waiting on node local to answer/).first().waitFor();
    await step.getByText("attempt 2").first().waitFor();
    await step.locator(".step-row").click();
    await step.getByText(/What to do: it is restarted by the supervisor/).waitFor();
  });
});

browserTest("a failed run leads to the step and its hint", async () => {
  await withConsole(async ({ page, scenes, open }) => {
    await open(`/runs/${scenes.failed.id}`);
    await page.getByText("The run failed at").waitFor();
    await page.locator("#step-relieve").getByText(/What to do: name a cgroup/).waitFor();
    await open(`/runs/${scenes.failed.id}/report`);
    await page.getByText("This run has no report, or not yet.").waitFor();
  });
});

browserTest("outputs of another version are shown as plain figures", async () => {
  await withConsole(async ({ page, scenes, open }) => {
    scenes.completed.steps[0]!.outputs = { headroomBytes: 1024 ** 3, figures: [null], level: {} };
    scenes.completed.steps[1]!.outputs = { somethingNew: "yes" };
    await open(`/runs/${scenes.completed.id}`);
    await page.locator("#step-panorama .step-row").click();
    await page.locator("#step-panorama").getByText("somethingNew").waitFor();
    await page.locator("#step-relieve").getByRole("heading", { name: "Ended" }).waitFor();
  });
});

browserTest("an ended sign-in says how to get a new link", async () => {
  await withConsole(async ({ page, centre, open }) => {
    await open("/nodes");
    centre.expireSessions();
    await page.getByRole("link", { name: "Runbooks" }).click();
    await page.getByRole("heading", { name: "Your sign-in has ended" }).waitFor();
    await page.getByText("deno task pitcrew login-link").waitFor();
  });
});

browserTest("a silent guard and collector are told with their reason", async () => {
  await withConsole(async ({ page, open }) => {
    await open("/nodes/truck-04");
    await page.getByText("cannot reach the guard: its socket does not exist").waitFor();
    await page.getByText("cannot reach the collector: nothing listens on its socket").waitFor();
  });
});

browserTest("what is not there is said, with a way on", async () => {
  await withConsole(async ({ page, open }) => {
    for (const path of ["/nowhere", "/runs/unknown", "/nodes/unknown", "/runbooks/unknown"]) {
      await open(path);
      await page.getByRole("heading", { name: "Not found" }).waitFor();
    }
  });
});

browserTest("a control plane that is gone is told, and the page mends itself", async () => {
  await withConsole(async ({ page, scenes, open }) => {
    await page.context().setOffline(true);
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    await page.getByText("The control plane does not answer").first().waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(scenes.completed.summary!).first().waitFor();
    await open("/");
  });
});
