/**
 * The JavaScript dependencies, exactly as locked, in `node_modules/`. `nodeModulesDir` is `manual`,
 * so nothing but this step (and a developer's own `deno install`) ever touches the network for them.
 *
 * @module
 */
import { EXIT, LaunchError } from "../errors.ts";
import { inRepo, ROOT } from "../paths.ts";
import { run } from "./command.ts";
import { contentHash, stampMatches, writeStamp } from "./content_hash.ts";
import type { Step } from "./step.ts";

const STAMP = inRepo("node_modules/.pitcrew");

/** A hash of everything that decides what gets installed. */
function wanted(): string {
  const { imports, nodeModulesDir } = JSON.parse(Deno.readTextFileSync(inRepo("deno.json")));
  return contentHash({
    root: ROOT,
    paths: ["deno.lock"],
    extra: [JSON.stringify({ imports, nodeModulesDir }), Deno.version.deno],
  });
}

/** The step `javascript`. */
export const javascript: Step = {
  id: "javascript",
  title: "JavaScript dependencies",
  after: [],
  lock: inRepo("deno.lock"),
  check: () => stampMatches(STAMP, wanted()),
  async ensure(detail) {
    let fetched = 0;
    try {
      await run([Deno.execPath(), "install", "--frozen"], {
        cwd: ROOT,
        env: { NO_COLOR: "1" },
        onLine: (line) => {
          if (line.startsWith("Download")) detail(`${++fetched} downloaded`);
        },
        hint:
          "the lines above say why; without a network, copy node_modules/ from another checkout",
      });
    } catch (error) {
      if (
        error instanceof LaunchError &&
        /error sending request|dns error|connect/i.test(error.message)
      ) {
        throw new LaunchError(
          error.message,
          "the npm registry cannot be reached: check the network (or NPM_CONFIG_REGISTRY) and start again",
          EXIT.unreachable,
        );
      }
      throw error;
    }
    writeStamp(STAMP, wanted());
  },
};
