/**
 * What has to be there before anybody can sign in or any node can connect: tokens of the three
 * roles, and the credentials of the node on this machine.
 *
 * @module
 */
import { join } from "node:path";
import { type AccessRegistry, newSecret } from "../api/mod.ts";
import type { PersonRole, Store } from "../store/mod.ts";
import { readIfThere, readOrCreate, writeSecretFile } from "./secret_files.ts";

const ROLES: PersonRole[] = ["viewer", "operator", "admin"];

/** Makes sure that each role's token file holds a valid token. */
export async function ensureTokens(folder: string, registry: AccessRegistry): Promise<void> {
  for (const role of ROLES) {
    const secret = await readOrCreate(join(folder, role), () => newSecret(`pc_${role}_`));
    await registry.addToken(secret.trim(), role, role);
  }
}

/** What a node needs to know. */
export interface NodeCredentials {
  nodeId: string;
  token: string;
  controlPlaneUrl: string;
  gatewayAddress: string;
  namespace: string;
  permitPublicKey: string;
}

/** Writes the local node's credentials; its token stays the same from start to start. */
export async function ensureNodeCredentials(
  path: string,
  wanted: Omit<NodeCredentials, "token">,
  { store, registry }: { store: Store; registry: AccessRegistry },
): Promise<void> {
  const token = knownToken(await readIfThere(path), wanted.nodeId) ?? newSecret("pn_");
  await store.nodes.register(wanted.nodeId, new Date().toISOString());
  await registry.addNodeToken(token, wanted.nodeId);
  const { nodeId, ...rest } = wanted;
  await writeSecretFile(path, `${JSON.stringify({ nodeId, token, ...rest }, null, 2)}\n`);
}

function knownToken(text: string | null, nodeId: string): string | null {
  if (text === null) return null;
  try {
    const known = JSON.parse(text) as Partial<NodeCredentials>;
    const fits = known.nodeId === nodeId && /^pn_[\w-]{40,}$/.test(known.token ?? "");
    return fits ? known.token! : null;
  } catch {
    // A damaged file is replaced.
    return null;
  }
}
