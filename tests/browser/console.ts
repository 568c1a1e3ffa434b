/**
 * The console in a browser, signed in, on the fixture.
 *
 * @module
 */
import type { BrowserContextOptions, Page } from "playwright-core";
import { buildConsole } from "../../web/ui/build.ts";
import { launchChromium } from "./chromium.ts";
import { populate, type Scenes } from "./fixture/scenes.ts";
import { FixtureCentre } from "./fixture/server.ts";

/** Generous: a condition that never comes is a failure, a slow machine is not. */
export const PATIENCE_MS = 60_000;

/** What a test is given. */
export interface ConsoleUnderTest {
  page: Page;
  centre: FixtureCentre;
  scenes: Scenes;
  /** Errors of the page and refusals of its content policy so far. */
  complaints: string[];
  /** Opens a path of the console and waits until nothing is loading. */
  open(path: string): Promise<void>;
}

/** Builds the console, serves it, signs a browser in, and takes all down again. */
export async function withConsole(
  test: (console: ConsoleUnderTest) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const dist = await Deno.makeTempDir({ prefix: "pitcrew-console-" });
  await buildConsole({ dist });
  const centre = new FixtureCentre(dist);
  const scenes = populate(centre);
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      const text = message.text();
      // What the fixture refuses on purpose is logged by the browser as well.
      if (message.type() === "error" && !text.startsWith("Failed to load resource")) {
        complaints.push(text);
      }
    });
    const open = async (path: string) => {
      await page.goto(centre.url + path);
      await settled(page);
    };
    await page.goto(centre.signInLink);
    await settled(page);
    await test({ page, centre, scenes, complaints, open });
  } finally {
    await browser.close();
    await centre.close();
    await Deno.remove(dist, { recursive: true });
  }
}

/**
 * A test in a browser. Playwright keeps timers and pipes of its own across tests, which Deno would
 * take for leaks of the test.
 */
export function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** Unfolds every step and every folded block of the page. */
export async function unfoldAll(page: Page): Promise<void> {
  for (const closed of [".step-row[aria-expanded=false]", "details:not([open]) > summary"]) {
    while (await page.locator(closed).count() > 0) await page.locator(closed).first().click();
  }
  await settled(page);
}

/** Waits until the page has its heading and nothing is loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector(".loading, [aria-busy=true]") === null);
}
