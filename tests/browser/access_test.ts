/** Every page for everybody: axe-core's rules, both colour schemes, a phone's width. */
import { assert, assertEquals } from "@std/assert";
import { browserTest, unfoldAll, withConsole } from "./console.ts";

const AXE = await Deno.readTextFile(
  new URL("../../node_modules/axe-core/axe.min.js", import.meta.url),
);

interface Finding {
  id: string;
  impact: string;
  nodes: { target: string[]; failureSummary: string }[];
}

for (const [colorScheme, width] of [["light", 1280], ["dark", 390]] as const) {
  browserTest(`pages are accessible and fit: ${colorScheme}, ${width} px`, async () => {
    await withConsole(async ({ page, scenes, complaints, open }) => {
      const pages = [
        "/",
        "/runs",
        "/runs?status=failed&node=truck-04",
        `/runs/${scenes.completed.id}`,
        `/runs/${scenes.withGpu.id}`,
        `/runs/${scenes.waiting.id}`,
        `/runs/${scenes.failed.id}`,
        `/runs/${scenes.completed.id}/report`,
        "/runbooks",
        "/runbooks/near-oom",
        "/nodes",
        "/nodes/local",
        "/nodes/truck-04",
        "/nowhere",
      ];
      for (const path of pages) {
        await open(path);
        await unfoldAll(page);
        const wide = await page.evaluate(() =>
          document.documentElement.scrollWidth - document.documentElement.clientWidth
        );
        assert(wide <= 0, `${path} is ${wide} px wider than the window`);
        await page.evaluate(AXE);
        const findings = await page.evaluate(async () => {
          // deno-lint-ignore no-explicit-any
          const { violations } = await (globalThis as any).axe.run(document, {
            resultTypes: ["violations"],
          });
          return violations as Finding[];
        });
        assertEquals(
          findings.filter((one) => one.impact === "serious" || one.impact === "critical")
            .map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`),
          [],
          path,
        );
      }
      assertEquals(complaints, []);
    }, { colorScheme, viewport: { width, height: 844 } });
  });
}
