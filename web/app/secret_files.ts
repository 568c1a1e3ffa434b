/**
 * Files that hold secrets: readable by their owner alone, and whole or not there.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file of mode 0600 by way of a temporary one. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  const file = await open(part, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

/** The file's content, or what `make` gives, which is then kept there. */
export async function readOrCreate(path: string, make: () => string): Promise<string> {
  const known = await readIfThere(path);
  if (known !== null) return known;
  const content = make();
  await writeSecretFile(path, content);
  return content;
}

/** A file's content; null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}
