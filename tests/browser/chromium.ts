/**
 * A headless Chromium for the tests.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** Starts the browser of `PITCREW_CHROMIUM` or of the system; a clear error without one. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: find(), args: FLAGS, headless: true });
}

function find(): string {
  const named = Deno.env.get("PITCREW_CHROMIUM");
  for (const place of named ? [named] : PLACES) {
    try {
      Deno.statSync(place);
      return place;
    } catch {
      // Not this one.
    }
  }
  throw new Error(
    "No Chromium found for the browser tests: install it (apt-get install chromium) or name one " +
      "in PITCREW_CHROMIUM",
  );
}
