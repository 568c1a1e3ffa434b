/**
 * The console on a whole installation: signed in by a real link, a dry run and then a live one on a
 * real leak, watched to its report; then a cancel of a long profile.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { makeScope } from "../harness/scope.ts";
import { type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { launchChromium } from "./chromium.ts";
import { browserTest, PATIENCE_MS, settled } from "./console.ts";

const MiB = 1024 * 1024;

browserTest("an installation is operated from the console", async () => {
  await using stack = await startStack();
  await using scope = makeScope(192 * MiB);
  const bystander = await scope.run("hold", "--bytes", "16MiB");
  const leaker = await scope.run("leak", "--rate", "200MiB/s", "--max", "150MiB");
  await until("the leak is near the limit", () => scope.usage() > 160 * MiB);

  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("response", (answer) => {
      if (answer.status() >= 400) complaints.push(`${answer.status()} ${answer.url()}`);
    });
    await page.goto(await signInLink(stack));
    await settled(page);

    const form = `/runbooks/near-oom?params=${
      encodeURIComponent(JSON.stringify({ scope: scope.name, grace: "1s", profileSeconds: 1 }))
    }`;
    await page.goto(stack.url + form);
    await page.getByRole("region", { name: "Plan" }).getByText("memory.relieve").waitFor();
    await page.getByRole("button", { name: "Start dry run" }).click();
    await ended(page, "completed");
    await page.locator("#step-relieve").getByText("A live run would end").first().waitFor();
    assert(leaker.alive() && bystander.alive(), "a dry run signals nobody");

    await page.getByRole("link", { name: "Do it for real…" }).click();
    await page.getByRole("button", { name: "Start live run…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start live run" }).click();
    await page.waitForURL(/\/runs\//);
    await ended(page, "completed");
    assert(!leaker.alive() && bystander.alive(), "the leaker is gone, the bystander lives");
    await page.getByRole("link", { name: "Open the report" }).first().click();
    await page.getByRole("heading", { name: "Who was ended" }).waitFor();
    await page.getByRole("region", { name: "Processes that were ended" }).getByText("pitcrew-load")
      .waitFor();
    await page.getByRole("heading", { name: "Where the memory was" }).waitFor();

    // A profile that would take two minutes is stopped by a cancel.
    await page.goto(`${stack.url}${form.replace("Seconds%22%3A1", "Seconds%22%3A120")}`);
    await page.getByRole("button", { name: "Start dry run" }).click();
    await page.locator("#step-hotspots.step-is-running").waitFor();
    await page.getByRole("button", { name: "Cancel…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
    await ended(page, "cancelled");
    assertEquals(complaints, []);
  } finally {
    await browser.close();
  }
});

async function signInLink(stack: Stack): Promise<string> {
  const { body } = await stack.api("POST", "/api/v1/signin-links", { role: "operator" }, "admin");
  return (body as { url: string }).url;
}

async function ended(page: Page, status: string): Promise<void> {
  await page.waitForURL(/\/runs\//);
  await page.locator(`.run-title .badge.state-${status}`).waitFor();
}
