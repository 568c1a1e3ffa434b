/**
 * Artifacts and scratch folders as ports.
 *
 * @module
 */
import { join } from "node:path";
import type { ArtifactPort, ScratchPort } from "../../activities/node/mod.ts";
import { StepFailure } from "../../activities/contract/mod.ts";
import { SpoolFullError, type Uploader } from "../artifacts/mod.ts";
import { removeIfThere } from "../lib/files.ts";

/** How long a step waits for its artifact to arrive; afterwards it is on its way, on disk. */
const DELIVERY_MS = 1_500;

/** Folders below `dir`, which is emptied: they belong to steps of a process that is gone. */
export async function scratchPort(dir: string): Promise<ScratchPort> {
  await removeIfThere(dir);
  await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  return {
    async create() {
      const path = join(dir, crypto.randomUUID());
      await Deno.mkdir(path, { mode: 0o700 });
      return { path, [Symbol.asyncDispose]: () => removeIfThere(path) };
    },
  };
}

/** Artifacts through the spool. */
export function artifactPort(uploader: Uploader, scratch: ScratchPort): ArtifactPort {
  return {
    async put(content, meta, { signal }) {
      await using folder = await scratch.create();
      let path: string;
      if ("path" in content) path = content.path;
      else {
        path = join(folder.path, "content");
        await Deno.writeFile(path, content.bytes, { mode: 0o600 });
      }
      try {
        return await uploader.publish(path, meta, { waitMs: DELIVERY_MS, signal });
      } catch (error) {
        if (!(error instanceof SpoolFullError)) throw error;
        throw new StepFailure("busy", error.message, {
          hint: "is the control plane reachable from this node?",
        });
      }
    },
  };
}
