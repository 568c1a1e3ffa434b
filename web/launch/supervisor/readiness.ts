/**
 * When runs can be started: the control plane answers, and this machine's node is online.
 *
 * @module
 */
import { join } from "node:path";

const POLL_MS = 50;

/** What readiness depends on. */
export interface ReadyOptions {
  url: string;
  dataDir: string;
  /** Whether to wait for the local node as well. */
  node: boolean;
  signal: AbortSignal;
}

/**
 * Waits, as long as it takes, until runs can be started. What never gets ready shows itself by
 * processes that keep ending, or by the person who presses Ctrl-C.
 *
 * @throws the signal's reason
 */
export async function whenReady(options: ReadyOptions): Promise<void> {
  const { url, signal } = options;
  while (!await answers(`${url}/healthz`, undefined, signal, () => true)) await pause(signal);
  if (!options.node) return;
  const isOnline = (body: unknown) => (body as { status?: string }).status === "online";
  for (;;) {
    const token = adminToken(options.dataDir);
    const node = `${url}/api/v1/nodes/local`;
    if (token !== undefined && await answers(node, token, signal, isOnline)) return;
    await pause(signal);
  }
}

async function answers(
  url: string,
  token: string | undefined,
  signal: AbortSignal,
  accept: (body: unknown) => boolean,
): Promise<boolean> {
  signal.throwIfAborted();
  try {
    const response = await fetch(url, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]),
    });
    const body = await response.text();
    return response.ok && accept(JSON.parse(body));
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

/** The admin's token, once the control plane has written it. */
function adminToken(dataDir: string): string | undefined {
  try {
    return Deno.readTextFileSync(join(dataDir, "tokens/admin")).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * A one-time link that signs a browser in.
 *
 * @returns the link, or undefined when the control plane does not give one
 */
export async function signInLink(url: string, dataDir: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/api/v1/signin-links`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${adminToken(dataDir)}`,
        "content-type": "application/json",
      },
      body: "{}",
      signal: AbortSignal.timeout(5000),
    });
    const body = await response.json() as { url?: string };
    return response.ok && body.url ? new URL(body.url, url).href : undefined;
  } catch {
    return undefined;
  }
}
