/**
 * The node runner: the process on every host that carries out the node steps of runs.
 *
 * Permissions it needs, with D the data directory and P the API's port:
 *
 * ```
 * --no-prompt
 * --allow-read=<repository>,D/node,/etc/os-release,/usr/lib/os-release
 * --allow-write=D/node
 * --allow-net=127.0.0.1:P,127.0.0.1:P+1,unix:D/node/guard.sock,unix:D/node/collector.sock
 * --allow-ffi=<the SDK's native add-on>   the gateway's connection lives inside it
 * --allow-sys=hostname,osRelease,cpus,systemMemoryInfo,…   our facts, and what the SDK asks for
 * --allow-env
 * ```
 *
 * No `--allow-run`: this process starts nothing and signals nobody.
 *
 * @module
 */
import { join } from "node:path";
import { createPermitVerifier } from "../activities/contract/mod.ts";
import { createNodeSteps } from "../activities/node/mod.ts";
import { ArtifactSpool, Uploader } from "./artifacts/mod.ts";
import { CentreClient, CredentialsFile, heartbeats, type NodeCredentials } from "./centre/mod.ts";
import { readConfig } from "./config.ts";
import { EventSpool, forwardEvents } from "./events/mod.ts";
import { nodeFacts } from "./facts/mod.ts";
import { errorText, log } from "./lib/log.ts";
import { shutdownSignal } from "./lifecycle.ts";
import { NativeClient } from "./native/mod.ts";
import {
  artifactPort,
  collectorPort,
  guardPort,
  permitAuthority,
  scratchPort,
} from "./ports/mod.ts";
import { asActivity, installRuntime, OncePerStep, work } from "./worker/mod.ts";

/** Everything has ended by then, or the process goes without waiting; the supervisor kills at 4 s. */
const DRAIN_MS = 3_500;

async function main(): Promise<void> {
  const config = readConfig();
  const stop = shutdownSignal(config.deathPipe);
  const guard = new NativeClient({ name: "guard", path: config.guardSocket });
  const collector = new NativeClient({ name: "collector", path: config.collectorSocket });
  const credentials = new CredentialsFile(config.credentialsPath);
  const centre = new CentreClient(() => credentials.current);

  const artifacts = new ArtifactSpool(join(config.spoolDir, "artifacts"));
  const events = new EventSpool(join(config.spoolDir, "events"));
  const once = new OncePerStep(join(config.spoolDir, "results"));
  await Promise.all([artifacts.open(), events.open(), once.open()]);
  const scratch = await scratchPort(join(config.spoolDir, "scratch"));
  const uploader = new Uploader(artifacts, centre);

  const activities = async ({ nodeId, permitPublicKey }: NodeCredentials) => {
    const steps = createNodeSteps({
      nodeId,
      guard: guardPort(guard),
      collector: collectorPort(collector),
      artifacts: artifactPort(uploader, scratch),
      scratch,
      verifyPermit: await createPermitVerifier(permitPublicKey),
      permitAuthority: permitAuthority(centre),
      now: () => new Date(),
    });
    return Object.fromEntries(
      Object.entries(steps).map(([uses, step]) => [uses, asActivity(step, once)]),
    );
  };

  installRuntime();
  await Promise.all([
    credentials.watch(stop),
    heartbeats(centre, () => nodeFacts(guard, collector), stop),
    uploader.run(stop),
    forwardEvents(guard, events, centre, stop),
    work(credentials, activities, stop),
    exitInTime(stop),
  ]);
  guard.close();
  collector.close();
}

/** Ends the process when draining takes too long. */
async function exitInTime(stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  const timer = setTimeout(() => {
    log("warn", "left without waiting any longer");
    Deno.exit(0);
  }, DRAIN_MS);
  Deno.unrefTimer(timer);
}

if (import.meta.main) {
  try {
    await main();
    Deno.exit(0);
  } catch (error) {
    log("error", "the node runner ended", { reason: errorText(error) });
    Deno.exit(1);
  }
}
