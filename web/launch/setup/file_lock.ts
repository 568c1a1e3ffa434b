/**
 * Advisory locks on files. The kernel releases them when their holder ends, however it ends, so a
 * stale lock cannot exist.
 *
 * @module
 */

/**
 * Runs `work` while holding an exclusive lock on `path`, which has to exist; reading it is enough,
 * so that a read-only checkout can be locked as well.
 *
 * @param onWait called once when somebody else holds the lock
 */
export async function withLock<T>(
  path: string,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  using file = await Deno.open(path, { read: true });
  if (!await file.tryLock(true)) {
    onWait();
    await file.lock(true);
  }
  return await work();
}
