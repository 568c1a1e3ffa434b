/**
 * Pictures of every page: light and dark, desktop and phone.
 *
 * Run: `deno run -A tests/browser/screenshots.ts DIR [page-name-part]`
 *
 * @module
 */
import { join } from "node:path";
import { buildConsole } from "../../web/ui/build.ts";
import { launchChromium } from "./chromium.ts";
import { populate } from "./fixture/scenes.ts";
import { FixtureCentre } from "./fixture/server.ts";

const [dir = "screenshots", only = ""] = Deno.args;
await Deno.mkdir(dir, { recursive: true });
const centre = new FixtureCentre((await buildConsole()).dist);
const scenes = populate(centre);
const PAGES: Record<string, string> = {
  home: "/",
  history: "/runs",
  "history-none": "/runs?status=failed&node=truck-04",
  "run-completed": `/runs/${scenes.completed.id}`,
  "run-dry": `/runs/${scenes.dry.id}`,
  "run-running": `/runs/${scenes.running.id}`,
  "run-waiting": `/runs/${scenes.waiting.id}`,
  "run-failed": `/runs/${scenes.failed.id}`,
  "run-gpu": `/runs/${scenes.withGpu.id}`,
  report: `/runs/${scenes.completed.id}/report`,
  runbooks: "/runbooks",
  start: "/runbooks/near-oom?params=%7B%22scope%22%3A%22cgroup%3A%2Fpitcrew-demo%22%7D",
  nodes: "/nodes",
  node: "/nodes/local",
  "node-offline": "/nodes/truck-04",
  missing: "/nowhere",
};
/** Steps unfolded before the picture. */
const UNFOLD: Record<string, string[]> = {
  "run-completed": ["step-detect", "step-panorama", "step-evidence-hotspots"],
  "run-gpu": ["step-evidence-gpu"],
  "run-waiting": ["step-panorama"],
};

const browser = await launchChromium();
for (const colorScheme of ["light", "dark"] as const) {
  for (const [device, width, height] of [["desktop", 1280, 800], ["phone", 390, 844]] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    await page.goto(centre.signInLink);
    for (const [name, path] of Object.entries(PAGES)) {
      if (!name.includes(only)) continue;
      await page.goto(centre.url + path);
      await page.locator("h1").waitFor();
      await page.waitForFunction(() => document.querySelector(".loading") === null);
      for (const step of UNFOLD[name] ?? []) {
        await page.locator(`#${step} .step-row[aria-expanded=false]`).click();
      }
      await page.waitForFunction(() =>
        document.querySelector(".loading, [aria-busy=true]") === null
      );
      const wide = await page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth
      );
      if (wide > 0) console.error(`${name} ${device}: ${wide} px wider than the window`);
      await page.screenshot({
        path: join(dir, `${name}-${device}-${colorScheme}.png`),
        fullPage: true,
      });
    }
    await context.close();
  }
}
await browser.close();
await centre.close();
