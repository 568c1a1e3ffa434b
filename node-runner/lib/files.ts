/**
 * Files that are either whole or absent.
 *
 * @module
 */

/** Writes a 0600 file under a temporary name, then renames it into place. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}.draft`;
  const file = await Deno.open(draft, { write: true, createNew: true, mode: 0o600 });
  try {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.syncData();
  } finally {
    file.close();
  }
  await Deno.rename(draft, path);
}

/** Removes a file or folder; absent is fine. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
