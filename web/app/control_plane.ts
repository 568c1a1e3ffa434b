/**
 * The control plane as a whole: wires store, API, gateway and worker, and takes them down again.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { createCentreActivities } from "../../activities/centre/mod.ts";
import { createPermitVerifier } from "../../activities/contract/mod.ts";
import { AccessRegistry, createApi, type Health } from "../api/mod.ts";
import { startGateway } from "../gateway/mod.ts";
import { ArtifactDirectory, AuditHeads, openSqliteStore } from "../store/mod.ts";
import { createCentrePorts } from "./centre_ports.ts";
import { ensureNodeCredentials, ensureTokens } from "./first_start.ts";
import { serveHttp } from "./http_server.ts";
import { loadKeys } from "./keys.ts";
import { loadLibrary } from "./library.ts";
import { log } from "./log.ts";
import { PermitLedger } from "./permit_ledger.ts";
import { createReports } from "./reports.ts";
import { createRunBus } from "./run_bus.ts";
import { placesIn, type Settings } from "./settings.ts";
import { Temporal } from "./temporal/connection.ts";
import { callNode } from "./temporal/node_call.ts";
import { Ownership } from "./temporal/ownership.ts";
import { Starter } from "./temporal/starter.ts";
import { watchRuns } from "./temporal/watcher.ts";
import { CentreWorker, installRuntime } from "./temporal/worker.ts";

/** A running control plane. */
export interface ControlPlane {
  url: string;
  gatewayAddress: string;
  /** Routes as the router knows them. */
  routes: { method: string; path: string }[];
  health(): Promise<Health>;
  /** Drains and stops everything; about three seconds at most. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const HEALTH_MS = 2_000;
const DENIALS_PER_MINUTE = 30;
/** For what the audit still has to hear on the way out. */
const LEDGER_MS = 1_500;

/** Starts it; Temporal may come later. */
export async function startControlPlane(settings: Settings): Promise<ControlPlane> {
  const places = placesIn(settings.dataDir);
  await mkdir(places.centre, { recursive: true, mode: 0o700 });
  const keys = await loadKeys(places.keys);
  const artifacts = await ArtifactDirectory.open(places.artifacts);
  const store = await openSqliteStore(places.database);
  const auditHeads = new AuditHeads(places.auditHeads, keys.audit);
  store.onAuditHead((head) => auditHeads.note(head));
  const registry = await AccessRegistry.load(store);
  await ensureTokens(places.tokens, registry);

  const library = await loadLibrary(settings.runbooks);
  const bus = createRunBus();
  const temporal = new Temporal(settings.temporalAddress, settings.namespace);
  const ownership = new Ownership(keys.start, store, temporal);
  const starter = new Starter({ store, temporal, ownership, bus });
  const ledger = new PermitLedger(store, ownership);
  installRuntime();
  const worker = new CentreWorker({
    address: settings.temporalAddress,
    namespace: settings.namespace,
    workflowBundle: settings.workflowBundle,
    activities: createCentreActivities(
      await createCentrePorts({
        ...{ store, artifacts, ownership, bus, ledger },
        permitPrivatePem: keys.permitPrivatePem,
      }),
    ),
  });

  const health = async (): Promise<Health> => {
    const [database, answers] = await Promise.all([
      within(store.ping().then(() => true), HEALTH_MS),
      within(temporal.answers(), HEALTH_MS),
    ]);
    const word = (good: boolean) => good ? "ok" as const : "failed" as const;
    const checks = {
      database: word(database),
      temporal: word(answers),
      worker: word(worker.isRunning),
    };
    const ok = database && answers && worker.isRunning;
    return { status: ok ? "ok" : "degraded", checks };
  };

  const gateway = await startGateway({
    listen: `${HOST}:${settings.gatewayPort}`,
    temporalAddress: settings.temporalAddress,
    namespace: settings.namespace,
    key: keys.gateway,
    nodeOf: (token) => registry.nodeOf(token),
    onDenied: limited(DENIALS_PER_MINUTE, ({ node, method, reason }) => {
      log("warn", "gateway denied a call", { node, method, reason });
      store.audit.append([{
        at: new Date().toISOString(),
        actor: node === null
          ? { kind: "anonymous", name: "anonymous" }
          : { kind: "node", name: node },
        action: "gateway.denied",
        target: method,
        outcome: "refused",
        detail: { reason },
      }]).catch(() => {});
    }),
  });
  const stop = new AbortController();
  let url = "";
  const api = createApi({
    ...{ store, artifacts, auditHeads, library, bus, health, log },
    reports: createReports(artifacts),
    readPermit: await createPermitVerifier(keys.permitPublicPem),
    askNode: (question) => callNode(temporal, question),
    ending: stop.signal,
    kick: () => starter.kick(),
    publicUrl: () => url,
    publicHost: settings.publicHost,
    uiDist: settings.uiDist,
  }, registry);
  const http = serveHttp(HOST, settings.port, (request) => api.fetch(request));
  url = `http://${HOST}:${http.port}`;
  const gatewayAddress = `${HOST}:${gateway.port}`;

  if (settings.localNode !== undefined) {
    await ensureNodeCredentials(places.nodeCredentials, {
      nodeId: settings.localNode,
      controlPlaneUrl: url,
      gatewayAddress,
      namespace: settings.namespace,
      permitPublicKey: keys.permitPublicPem,
    }, { store, registry });
  }

  const loops = [
    starter.run(stop.signal),
    watchRuns({ store, temporal, bus }, stop.signal),
    worker.run(stop.signal),
  ];
  return {
    url,
    gatewayAddress,
    routes: api.routes,
    health,
    async close() {
      stop.abort();
      await Promise.all([http.close(1_000), gateway.close(1_000), ...loops]);
      await ledger.flush(LEDGER_MS);
      await temporal.close();
      await auditHeads.flush();
      await store.close();
    },
  };
}

/** Calls `act` at most so often a minute; the rest goes by. */
function limited<T>(perMinute: number, act: (value: T) => void): (value: T) => void {
  let minute = 0;
  let count = 0;
  return (value) => {
    const now = Math.floor(performance.now() / 60_000);
    if (now !== minute) [minute, count] = [now, 0];
    if (count++ < perMinute) act(value);
  };
}

async function within(work: Promise<boolean>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
