/** What a person does with the console, in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { browserTest, settled, withConsole } from "./console.ts";
import { SCOPE } from "./fixture/outputs.ts";
import { UNKNOWN_SCOPE } from "./fixture/server.ts";

browserTest("from the form to the report: a dry run, watched live", async () => {
  await withConsole(async ({ page, centre, complaints, open }) => {
    await open("/runbooks");
    await page.getByRole("link", { name: "Near-OOM rescue" }).click();

    // A disruptive runbook offers the dry run first, and the form says what is missing.
    const start = page.getByRole("button", { name: "Start dry run" });
    await start.click();
    const scope = page.getByLabel("Scope");
    assertEquals(await scope.getAttribute("aria-invalid"), "true");
    await page.getByText("This is needed").waitFor();
    assertEquals(centre.started, []);

    // The API's refusal stands at the field it is about.
    await scope.fill(UNKNOWN_SCOPE);
    await page.getByText(`There is no ${UNKNOWN_SCOPE}`).waitFor();
    assertEquals(await scope.getAttribute("aria-invalid"), "true");

    // The plan shows what will happen before it does.
    await scope.fill(SCOPE);
    const plan = page.getByRole("region", { name: "Plan" });
    await plan.getByText("Relieve the memory").waitFor();
    await plan.getByText("dry run: only planned").waitFor();
    await start.click();

    await page.waitForURL(/\/runs\/01k/);
    const { idempotencyKey, ...sent } = centre.started[0]!;
    assert(String(idempotencyKey).length >= 16);
    assertEquals(sent, {
      runbook: "near-oom",
      node: "local",
      params: { scope: SCOPE, seconds: 5, minLevel: "warning" },
      dryRun: true,
    });

    // Live: every transition shows without a reload.
    const run = centre.runs[0]!;
    await page.getByText("live", { exact: true }).waitFor();
    await page.locator("#step-detect.step-is-pending").waitFor();
    centre.advance(run);
    await page.locator("#step-detect.step-is-running").waitFor();
    centre.advance(run);
    await page.locator("#step-detect.step-is-completed").waitFor();
    await page.getByText("warning: 61 MiB of 512 MiB free").waitFor();
    await page.locator("#step-detect").getByRole("button").first().click();
    for (const threshold of ["warning 77.0 MiB", "urgent 51.0 MiB", "critical 26.0 MiB"]) {
      await page.locator("#step-detect .headroom-marks").getByText(threshold).waitFor();
    }
    while (run.endedAt === null) centre.advance(run);
    await page.getByText("A live run would end leaker and free 401 MiB.").first().waitFor();
    await page.getByRole("heading", { name: "A live run would end" }).waitFor();
    await page.locator("#step-evidence-gpu").getByText("Skipped: no NVIDIA driver").waitFor();

    await page.getByRole("link", { name: "Open the report" }).first().click();
    await page.getByRole("heading", { name: "Report: Near-OOM rescue" }).waitFor();
    await page.getByText("Nobody: this was a dry run.").waitFor();
    await page.getByRole("heading", { name: "Whom a live run would end" }).waitFor();
    assertEquals(
      await page.getByRole("link", { name: "Markdown", exact: true }).getAttribute("href"),
      `/api/v1/runs/${run.id}/report?format=markdown`,
    );
    assertEquals(complaints, []);
  });
});

browserTest("a live run of a disruptive runbook is asked for twice", async () => {
  await withConsole(async ({ page, centre, open }) => {
    await open(`/runbooks/near-oom?params=${encodeURIComponent(JSON.stringify({ scope: SCOPE }))}`);
    await page.getByRole("radio", { name: /Live run/ }).check();
    await page.getByRole("button", { name: "Start live run…" }).click();
    const dialog = page.getByRole("dialog", { name: "Start this live run?" });
    await dialog.getByText(SCOPE).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assertEquals(centre.started, []);
    await page.getByRole("button", { name: "Start live run…" }).click();
    await dialog.getByRole("button", { name: "Start live run" }).click();
    await page.waitForURL(/\/runs\/01k/);
    assertEquals(centre.started[0]!.dryRun, false);
  });
});

browserTest("a cancel says what it will and will not stop, then shows it", async () => {
  await withConsole(async ({ page, centre, scenes, open }) => {
    await open(`/runs/${scenes.running.id}`);
    await page.getByRole("button", { name: "Cancel…" }).click();
    const dialog = page.getByRole("dialog", { name: "Cancel this run?" });
    await dialog.getByText("Will be stopped:").waitFor();
    await dialog.getByText("Will not be undone:").waitFor();
    await dialog.getByRole("button", { name: "Keep it running" }).click();
    await dialog.waitFor({ state: "detached" });
    assertEquals(centre.cancelled, []);

    await page.getByRole("button", { name: "Cancel…" }).click();
    await dialog.getByLabel(/Reason/).fill("wrong scope");
    await dialog.getByRole("button", { name: "Cancel the run" }).click();
    await dialog.waitFor({ state: "detached" });
    assertEquals(centre.cancelled, [{ id: scenes.running.id, reason: "wrong scope" }]);
    await page.locator(".run-title .state-cancelled").first().waitFor();
    assertEquals(await page.getByRole("button", { name: "Cancel…" }).count(), 0);
  });
});

browserTest("run again fills the form as the run was", async () => {
  await withConsole(async ({ page, scenes, open }) => {
    await open(`/runs/${scenes.dry.id}`);
    await page.getByRole("link", { name: "Do it for real…" }).click();
    await settled(page);
    assertEquals(await page.getByLabel("Scope").inputValue(), SCOPE);
    assert(await page.getByRole("radio", { name: /Live run/ }).isChecked());
  });
});

browserTest("the history filters by the address, pages, and takes in new runs", async () => {
  await withConsole(async ({ page, centre, scenes, open }) => {
    await open("/runs?status=failed");
    assertEquals(await page.locator("tbody tr").count(), 1);
    await page.getByLabel("Status").selectOption("cancelled");
    await page.waitForURL(/status=cancelled/);
    await page.getByText("cancelled after 2 of 6 steps").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText(scenes.completed.summary!).first().waitFor();

    // A reader inside the table is not moved; the news waits above it.
    const before = await page.locator("tbody tr").count();
    await page.locator("tbody [data-row]").first().focus();
    const course = { startedAt: Date.now() };
    centre.add({ ...structuredClone(scenes.running), id: "01kfresh", startedAt: now() }, course);
    await page.getByRole("button", { name: "Show 1 new run" }).waitFor();
    assertEquals(await page.locator("tbody tr").count(), before);
    await page.getByRole("button", { name: "Show 1 new run" }).click();
    await page.locator("tbody tr.is-fresh").waitFor();
    assertEquals(await page.locator("tbody tr").count(), before + 1);

    // Nothing fits: the page says what to do.
    await open("/runs?status=failed&node=truck-04");
    await page.getByText("No run fits these filters.").waitFor();
  });
});

browserTest("the keyboard reaches everything", async () => {
  await withConsole(async ({ page, scenes, open }) => {
    await open("/");
    await page.keyboard.press("Tab");
    assertEquals(
      await page.evaluate(() => document.activeElement?.textContent),
      "Skip to the content",
    );
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.waitForURL(/\/runs$/);
    await settled(page);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/runs/${scenes.running.id}`);
    await page.locator("#step-detect").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.locator("#step-detect.is-open").waitFor();
  });
});

browserTest("a viewer may plan and watch, not start or cancel", async () => {
  await withConsole(async ({ page, centre, scenes, open }) => {
    centre.role = "viewer";
    await open(`/runbooks/near-oom?params=${encodeURIComponent(JSON.stringify({ scope: SCOPE }))}`);
    await page.getByText("You are signed in as a viewer").waitFor();
    assert(await page.getByRole("button", { name: "Start dry run" }).isDisabled());
    await page.getByRole("region", { name: "Plan" }).getByText("Relieve the memory").waitFor();
    await open(`/runs/${scenes.running.id}`);
    await page.locator(".who").waitFor();
    assertEquals(await page.getByRole("button", { name: "Cancel…" }).count(), 0);
  });
});

browserTest("the flame graph zooms by click and by keyboard", async () => {
  await withConsole(async ({ page, scenes, open }) => {
    await open(`/runs/${scenes.completed.id}`);
    await page.locator("#step-evidence-hotspots .step-row").click();
    const graph = page.getByRole("group", { name: /Flame graph/ });
    await graph.getByRole("button", { name: /^leaker::grow — 1.157 samples/ }).click();
    assertEquals(await graph.getByRole("button", { name: /^bystander/ }).count(), 0);
    await page.getByRole("button", { name: "Show all" }).click();
    await graph.getByRole("button", { name: /^bystander/ }).waitFor();
    await graph.getByRole("button", { name: /^all/ }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByText(/^bystander — 216 samples/).waitFor();
    assertEquals(await graph.getByRole("button", { name: /^leaker/ }).count(), 0);
  });
});

function now(): string {
  return new Date().toISOString();
}
